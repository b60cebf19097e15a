/**
 * An enrolment from the board's side, as a pure step(state, event) -> { state, effects }. It has no clock, randomness or network: time, randomness
 * and fresh ids come with each event. Whichever message is lost, it ends up asking again with the same key (E3); nothing here ever creates or changes
 * a key.
 */
import type {
  Accepted,
  BoardClaim,
  Challenge,
  EnrolmentDown,
  EnrolmentProof,
  EnrolmentRequest,
  Pending,
  Rejected,
} from '../protocol/messages.ts';
import { PROTOCOL_VERSION } from '../protocol/topics.ts';
import { backoffMs, spreadMs } from './backoff.ts';
import type { LinkCode } from './secure-socket.ts';

/** What is asked for; the same in every attempt. */
export interface Plan {
  domain: string;
  pairingCode?: string;
  /** Set if no person started this (E9). */
  renew?: string;
  publicKeyPem: string;
  board: BoardClaim;
  /** After this long, no new attempt starts. */
  budgetMs: number;
  /** Stays in the session for an admin's decision, for as long as the service keeps it open (`waitS`). */
  waits?: boolean;
}

export type Outcome =
  | { kind: 'accepted'; accepted: Accepted }
  | { kind: 'pending'; pending: Pending }
  | { kind: 'rejected'; rejected: Rejected }
  | { kind: 'temporary'; code: LinkCode | 'busy' | 'internal'; detail: string; correlationId?: string; retryAfterS?: number }
  | { kind: 'cancelled' };

type Temporary = Extract<Outcome, { kind: 'temporary' }>;
type Phase = 'idle' | 'opening' | 'asked' | 'signing' | 'proved' | 'waiting' | 'saving' | 'resting' | 'done';

export interface EnrolmentState {
  readonly plan: Plan;
  readonly phase: Phase;
  readonly attempt: number;
  readonly requestId: string;
  /** When the first attempt began and when this phase times out, in milliseconds of a monotonic clock. */
  readonly startedMs: number;
  readonly phaseEndsMs: number;
  readonly accepted: Accepted | null;
  readonly pending: Pending | null;
  readonly outcome: Outcome | null;
}

export type EnrolmentEvent =
  | { kind: 'start' }
  /** The session is open and the subscription acknowledged. */
  | { kind: 'opened' }
  | { kind: 'message'; message: EnrolmentDown }
  | { kind: 'signed'; requestId: string; deviceSignature: string; boardSignature?: string }
  | { kind: 'saved' }
  /** The accepted enrolment cannot be used, or could not be written. */
  | { kind: 'save-failed'; detail: string }
  /** The session could not be opened, or was lost. */
  | { kind: 'lost'; detail: string; code?: LinkCode }
  /** Time has passed. */
  | { kind: 'tick' }
  | { kind: 'cancel' };

export interface Chance {
  nowMs: number;
  /** 0 to below 1. */
  random: number;
  /** A fresh UUID, used if this step starts a new attempt. */
  freshId: string;
}

export type EnrolmentEffect =
  | { do: 'open' }
  | { do: 'send'; message: EnrolmentRequest | EnrolmentProof }
  | { do: 'sign'; requestId: string; nonce: string }
  | { do: 'save'; accepted: Accepted }
  /** An admin has to decide, and the decision may arrive in this session. */
  | { do: 'wait'; pending: Pending }
  | { do: 'close' }
  /** Send a `tick` at this time; the latest one set counts. */
  | { do: 'wake'; atMs: number }
  | { do: 'note'; event: string; fields: Record<string, unknown> };

export interface Step {
  state: EnrolmentState;
  effects: EnrolmentEffect[];
}

/** How long each phase may take, in milliseconds; together less than the 60 s an enrolment session may last. */
const PHASE_MS = { opening: 20_000, asked: 10_000, signing: 5000, proved: 20_000, saving: 10_000 } as const;
/** The service ends the wait; this covers one that does not. */
const WAIT_GRACE_MS = 5000;
const RETRY = { firstMs: 1000, longestMs: 15_000 };
/** The shortest wait, so that even the luckiest jitter cannot cause a tight loop. */
const LEAST_REST_MS = 200;

export function beginEnrolment(plan: Plan): EnrolmentState {
  const times = { startedMs: 0, phaseEndsMs: 0 };
  return { plan, phase: 'idle', attempt: 0, requestId: '', ...times, accepted: null, pending: null, outcome: null };
}

const note = (event: string, fields: Record<string, unknown> = {}): EnrolmentEffect => ({ do: 'note', event, fields });

function enter(state: EnrolmentState, phase: keyof typeof PHASE_MS, nowMs: number, effects: EnrolmentEffect[]): Step {
  const phaseEndsMs = nowMs + PHASE_MS[phase];
  return { state: { ...state, phase, phaseEndsMs }, effects: [...effects, { do: 'wake', atMs: phaseEndsMs }] };
}

function finish(state: EnrolmentState, outcome: Outcome, effects: EnrolmentEffect[] = []): Step {
  return { state: { ...state, phase: 'done', outcome }, effects: [...effects, { do: 'close' }] };
}

function attemptNow(state: EnrolmentState, chance: Chance): Step {
  const next = { ...state, requestId: chance.freshId, accepted: null, pending: null };
  return enter(next, 'opening', chance.nowMs, [note('session-opening', { attempt: state.attempt }), { do: 'open' }]);
}

/** Retries after a pause if the budget allows; otherwise ends as temporary. */
function retry(state: EnrolmentState, failure: Temporary, chance: Chance): Step {
  const asked = failure.retryAfterS === undefined ? 0 : spreadMs(failure.retryAfterS, chance.random);
  const restMs = Math.max(LEAST_REST_MS, asked, backoffMs(state.attempt, chance.random, RETRY));
  const atMs = chance.nowMs + restMs;
  const fields = { code: failure.code, detail: failure.detail, attempt: state.attempt };
  if (atMs - state.startedMs > state.plan.budgetMs) return finish(state, failure, [note('gave-up', fields)]);
  return {
    state: { ...state, phase: 'resting', attempt: state.attempt + 1, phaseEndsMs: atMs },
    effects: [{ do: 'close' }, note('retry', { ...fields, restMs }), { do: 'wake', atMs }],
  };
}

function requestOf(state: EnrolmentState): EnrolmentRequest {
  const { domain, pairingCode, renew, publicKeyPem, board } = state.plan;
  return {
    type: 'request',
    protocol: PROTOCOL_VERSION,
    requestId: state.requestId,
    domain,
    ...(pairingCode === undefined ? {} : { pairingCode }),
    ...(renew === undefined ? {} : { renew }),
    publicKey: publicKeyPem,
    board,
  };
}

function onChallenge(state: EnrolmentState, challenge: Challenge, chance: Chance): Step {
  if (state.phase !== 'asked') return { state, effects: [] };
  return enter(state, 'signing', chance.nowMs, [
    note('challenge'),
    { do: 'sign', requestId: state.requestId, nonce: challenge.nonce },
  ]);
}

function onRejected(state: EnrolmentState, rejected: Rejected, chance: Chance): Step {
  const { code, correlationId, retryAfterS } = rejected;
  if (code !== 'busy' && code !== 'internal') {
    return finish(state, { kind: 'rejected', rejected }, [note('rejected', { code, correlationId })]);
  }
  const failure: Temporary = { kind: 'temporary', code, detail: code, correlationId };
  return retry(state, retryAfterS === undefined ? failure : { ...failure, retryAfterS }, chance);
}

/** The last answer is that an admin has to decide; nothing followed it in this session. */
function finishPending(state: EnrolmentState, pending: Pending, effects: EnrolmentEffect[] = []): Step {
  return finish(state, { kind: 'pending', pending }, effects);
}

function onPending(state: EnrolmentState, pending: Pending, chance: Chance): Step {
  const { code, checkCode, correlationId, waitS = 0 } = pending;
  const heard = note('pending', { code, checkCode, correlationId });
  if (state.plan.waits !== true || waitS === 0) return finishPending(state, pending, [heard]);
  const phaseEndsMs = chance.nowMs + waitS * 1000 + WAIT_GRACE_MS;
  return {
    state: { ...state, phase: 'waiting', pending, phaseEndsMs },
    effects: [heard, { do: 'wait', pending }, { do: 'wake', atMs: phaseEndsMs }],
  };
}

function onMessage(state: EnrolmentState, message: EnrolmentDown, chance: Chance): Step {
  const proved = state.phase === 'proved' || state.phase === 'waiting';
  const listening = state.phase === 'asked' || state.phase === 'signing' || proved;
  const forThisTry = message.requestId === state.requestId || (message.type === 'rejected' && message.requestId === undefined);
  if (!listening || !forThisTry) return { state, effects: [] };
  switch (message.type) {
    case 'challenge':
      return onChallenge(state, message, chance);
    case 'rejected':
      return onRejected(state, message, chance);
    case 'pending':
      return state.phase === 'proved' ? onPending(state, message, chance) : { state, effects: [] };
    case 'accepted':
    default: {
      if (!proved) return { state, effects: [] };
      const heard = note('accepted', { deviceId: message.deviceId, replay: message.replay });
      return enter({ ...state, accepted: message }, 'saving', chance.nowMs, [heard, { do: 'save', accepted: message }]);
    }
  }
}

const noLink = (detail: string, code: LinkCode = 'unreachable'): Temporary => ({ kind: 'temporary', code, detail });

function onTick(state: EnrolmentState, chance: Chance): Step {
  if (chance.nowMs < state.phaseEndsMs) return { state, effects: [{ do: 'wake', atMs: state.phaseEndsMs }] };
  if (state.phase === 'resting') return attemptNow(state, chance);
  if (state.phase === 'waiting' && state.pending !== null) return finishPending(state, state.pending);
  return retry(state, noLink(`no answer while ${state.phase}`), chance);
}

/** Performs one step. Never throws; after `done` nothing changes. */
export function step(state: EnrolmentState, event: EnrolmentEvent, chance: Chance): Step {
  if (state.phase === 'done') return { state, effects: [] };
  if (event.kind === 'cancel') return finish(state, { kind: 'cancelled' });
  if (state.phase === 'idle') {
    return event.kind === 'start' ? attemptNow({ ...state, startedMs: chance.nowMs }, chance) : { state, effects: [] };
  }
  switch (event.kind) {
    case 'opened':
      if (state.phase !== 'opening') return { state, effects: [] };
      return enter(state, 'asked', chance.nowMs, [{ do: 'send', message: requestOf(state) }, note('request-sent')]);
    case 'message':
      return onMessage(state, event.message, chance);
    case 'signed': {
      if (state.phase !== 'signing' || event.requestId !== state.requestId) return { state, effects: [] };
      const { kind: _kind, ...signatures } = event;
      const proof: EnrolmentProof = { type: 'proof', ...signatures };
      return enter(state, 'proved', chance.nowMs, [{ do: 'send', message: proof }, note('proof-sent')]);
    }
    case 'saved':
      if (state.phase !== 'saving' || state.accepted === null) return { state, effects: [] };
      return finish(state, { kind: 'accepted', accepted: state.accepted }, [note('saved')]);
    case 'save-failed':
      if (state.phase !== 'saving') return { state, effects: [] };
      return retry(state, { kind: 'temporary', code: 'internal', detail: event.detail }, chance);
    case 'lost':
      // When saving, the answer has already arrived: the session is no longer needed.
      if (state.phase === 'saving' || state.phase === 'resting') return { state, effects: [] };
      if (state.phase === 'waiting' && state.pending !== null) return finishPending(state, state.pending);
      return retry(state, noLink(event.detail, event.code), chance);
    case 'tick':
      return onTick(state, chance);
    case 'start':
    default:
      return { state, effects: [] };
  }
}
