import * as z from 'zod';
import type { Fingerprint } from '../firmware-shim/board.ts';
import { epochAfter, MAX_EPOCH, type Accepted } from '../protocol/messages.ts';

const time = z.iso.datetime();
const epoch = z.int().min(0).max(MAX_EPOCH);

const enrolment = z.object({
  deviceId: z.string(),
  certificate: z.string(),
  domain: z.string(),
  organization: z.string(),
  heartbeat: z.object({ intervalS: z.int().positive(), jitterS: z.int().min(0) }),
  enrolledAt: time,
});
const service = z.object({ brokerUrl: z.string(), ca: z.string() });
const standing = z.object({ enrolment, service });

/** The contents of `state.json`. Written aside, synced and renamed; 0600 in a 0700 folder. The private key never leaves it. */
export const agentState = z.object({
  version: z.literal(1),
  privateKey: z.string(),
  madeAt: time,
  fingerprint: z.object({
    serial: z.string().nullable(),
    machineId: z.string().nullable(),
    boardUuid: z.string().nullable(),
    firstMac: z.string().nullable(),
  }),
  /** The serial that a board without its own enrols with: a key is bound to it (E1), even if what it was derived from changes. */
  weakSerial: z.string().nullable().default(null),
  /** Set while the board is enrolled. */
  enrolment: enrolment.nullable(),
  /** The devices' broker and the CA that signs its certificate; changed only by `accepted` over a verified session (S3). */
  service: service.nullable(),
  /** The result of a renewal that has not opened a session yet; once it has, it replaces the two above. */
  aside: standing.nullable().default(null),
  /** The domain that a person asked for and whose admin has not decided yet (E6). Never stored with the pairing code (D7). */
  waiting: z
    .object({ domain: z.string(), code: z.string(), checkCode: z.string(), retryAfterS: z.int().positive(), since: time })
    .nullable(),
  /** P3: the highest epoch used, and the last `epochFrom` received. */
  epoch: z.object({ lastUsed: epoch, from: epoch }),
  unenrolledAt: time.nullable(),
  /** The tags the service gave this display (P8): received, never chosen here. */
  tags: z.array(z.string()).default([]),
  /** A refusal after which the agent does not ask again until a person acts. */
  stopped: z.object({ code: z.string(), message: z.string(), next: z.string(), correlationId: z.string(), at: time }).nullable(),
});

export type AgentState = z.output<typeof agentState>;
export type Enrolment = z.output<typeof enrolment>;
/** What a session is opened with. */
export type Standing = z.output<typeof standing>;
export type Stopped = NonNullable<AgentState['stopped']>;
export type StateName = 'not-enrolled' | 'pending' | 'enrolled' | 'unenrolled';

export function newState(
  privateKey: string,
  fingerprint: Fingerprint,
  now: string,
  weakSerial: string | null = null,
): AgentState {
  return {
    version: 1,
    privateKey,
    madeAt: now,
    fingerprint,
    weakSerial,
    enrolment: null,
    service: null,
    aside: null,
    waiting: null,
    epoch: { lastUsed: 0, from: 0 },
    unenrolledAt: null,
    tags: [],
    stopped: null,
  };
}

/** True if a board that falls back from `newer` to `older` needs no person: it is the same device of the same domain, or none. */
export function comesBackAs(older: AgentState, newer: AgentState): boolean {
  const kept = ({ privateKey, stopped, ...of }: AgentState) =>
    JSON.stringify([privateKey, of.enrolment?.deviceId, of.enrolment?.domain, of.waiting?.domain, stopped?.code]);
  return kept(older) === kept(newer);
}

/**
 * P3: the epoch of the next session, the larger of (last used + 1) and the last `epochFrom` received. After the end of the range it starts again from
 * the beginning.
 */
export function nextEpoch(state: AgentState): number {
  return Math.max(epochAfter(state.epoch.lastUsed), state.epoch.from);
}

export function withEpochUsed(state: AgentState, used: number): AgentState {
  return { ...state, epoch: { ...state.epoch, lastUsed: used } };
}

/** Applies `epochFrom` from `accepted` or `settings`. */
export function withEpochFrom(state: AgentState, from: number): AgentState {
  return { ...state, epoch: { ...state.epoch, from } };
}

export function withAccepted(state: AgentState, accepted: Accepted, now: string): AgentState {
  return {
    ...state,
    enrolment: {
      deviceId: accepted.deviceId,
      certificate: accepted.certificate,
      domain: accepted.domain.name,
      organization: accepted.domain.organization,
      heartbeat: accepted.heartbeat,
      enrolledAt: state.enrolment?.deviceId === accepted.deviceId ? state.enrolment.enrolledAt : now,
    },
    service: { brokerUrl: accepted.brokerUrl, ca: accepted.ca },
    aside: null,
    epoch: { ...state.epoch, from: accepted.epochFrom },
    waiting: null,
    unenrolledAt: null,
    stopped: null,
  };
}

/** The same for a renewal, which no person watches: its result is tried first, and the old one is kept until that has worked. */
export function withRenewed(state: AgentState, accepted: Accepted, now: string): AgentState {
  const renewed = withAccepted(state, accepted, now);
  if (renewed.enrolment === null || renewed.service === null || state.enrolment === null || state.service === null)
    return renewed;
  const aside = { enrolment: renewed.enrolment, service: renewed.service };
  return { ...renewed, enrolment: state.enrolment, service: state.service, aside };
}

/** E9: forgets deviceId, certificate and tags; the key and the trusted service stay. */
export function withUnenrolled(state: AgentState, now: string): AgentState {
  return { ...state, enrolment: null, aside: null, waiting: null, stopped: null, tags: [], unenrolledAt: now };
}

export function stateName(state: AgentState | null): StateName {
  if (state === null) return 'not-enrolled';
  if (state.enrolment !== null) return 'enrolled';
  if (state.waiting !== null) return 'pending';
  return state.unenrolledAt === null ? 'not-enrolled' : 'unenrolled';
}
