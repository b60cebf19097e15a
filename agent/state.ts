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

/** What `state.json` holds. Written aside, synced and renamed; 0600 in a 0700 folder. The private key never leaves it. */
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
  /** The serial that a board without one of its own enrols with: a key is bound to it (E1), whatever it is made from becomes. */
  weakSerial: z.string().nullable().default(null),
  /** Set while the board is enrolled. */
  enrolment: enrolment.nullable(),
  /** Where the devices' broker is and who signs its certificate: changed only by `accepted` over a verified session (S3). */
  service: service.nullable(),
  /** What a renewal brought and no session has tried yet: it takes the place of the two above when one came up with it. */
  aside: standing.nullable().default(null),
  /** The domain that a person asked for and whose admin has not decided yet (E6). Never with the pairing code (D7). */
  waiting: z
    .object({ domain: z.string(), code: z.string(), checkCode: z.string(), retryAfterS: z.int().positive(), since: time })
    .nullable(),
  /** P3: the highest epoch used, and the last `epochFrom` heard. */
  epoch: z.object({ lastUsed: epoch, from: epoch }),
  unenrolledAt: time.nullable(),
  /** What the service calls this display (P8): told, never chosen here. */
  tags: z.array(z.string()).default([]),
  /** A refusal after which nothing is asked again until a person acts. */
  stopped: z.object({ code: z.string(), message: z.string(), next: z.string(), correlationId: z.string(), at: time }).nullable(),
});

export type AgentState = z.output<typeof agentState>;
export type Enrolment = z.output<typeof enrolment>;
/** With what a session is opened. */
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

/** True where a board that comes back with `older` instead of `newer` needs no person: the same device of the same domain, or none. */
export function comesBackAs(older: AgentState, newer: AgentState): boolean {
  const kept = ({ privateKey, stopped, ...of }: AgentState) =>
    JSON.stringify([privateKey, of.enrolment?.deviceId, of.enrolment?.domain, of.waiting?.domain, stopped?.code]);
  return kept(older) === kept(newer);
}

/** P3: the epoch of the next session, the larger of (last used + 1) and the last `epochFrom` heard. Behind the end of the range comes its beginning. */
export function nextEpoch(state: AgentState): number {
  return Math.max(epochAfter(state.epoch.lastUsed), state.epoch.from);
}

export function withEpochUsed(state: AgentState, used: number): AgentState {
  return { ...state, epoch: { ...state.epoch, lastUsed: used } };
}

/** `epochFrom` heard in `accepted` or `settings`. */
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

/** The same of a renewal, which no person watches: what it brought is tried first, and the old is kept until that worked. */
export function withRenewed(state: AgentState, accepted: Accepted, now: string): AgentState {
  const renewed = withAccepted(state, accepted, now);
  if (renewed.enrolment === null || renewed.service === null || state.enrolment === null || state.service === null)
    return renewed;
  const aside = { enrolment: renewed.enrolment, service: renewed.service };
  return { ...renewed, enrolment: state.enrolment, service: state.service, aside };
}

/** E9: forgets deviceId, certificate and tags; the key stays, and so does what the agent trusts. */
export function withUnenrolled(state: AgentState, now: string): AgentState {
  return { ...state, enrolment: null, aside: null, waiting: null, stopped: null, tags: [], unenrolledAt: now };
}

export function stateName(state: AgentState | null): StateName {
  if (state === null) return 'not-enrolled';
  if (state.enrolment !== null) return 'enrolled';
  if (state.waiting !== null) return 'pending';
  return state.unenrolledAt === null ? 'not-enrolled' : 'unenrolled';
}
