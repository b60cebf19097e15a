/**
 * Presence of one device as a pure reducer over events and their times (P1 to P4). All times are the service's own, in milliseconds; a device's clock
 * is used only for the clock difference.
 */
import type { DeviceStatus } from '../../../protocol/api.ts';
import { MAX_EPOCH } from '../../../protocol/messages.ts';

export type PresenceStatus = Exclude<DeviceStatus, 'pending'>;

export interface Presence {
  /** Highest session epoch heard (P3); 0: none yet; `MAX_EPOCH`: it starts over. */
  epoch: number;
  connected: boolean;
  /** Last heartbeat; null: never. */
  lastHeartbeatAt: number | null;
  /** Last sign of life: heartbeat or birth. */
  heardAt: number | null;
  /** Seconds between heartbeats, as last reported by the device. */
  intervalS: number;
  /** When it was told a longer interval than it reported, and which (P4); null once it reports that interval, or if there is none. */
  told: { at: number; intervalS: number } | null;
  /** How this epoch's session ended: with a goodbye, or with its last will. */
  ended: 'said' | 'lost' | null;
  endedAt: number | null;
  status: PresenceStatus;
  statusSince: number;
  /**
   * Times of its latest reconnects, newest last: as many as needed to tell whether it is flapping. Null before its first session since the service
   * started.
   */
  reconnects: readonly number[] | null;
}

export interface Thresholds {
  /** Added to each interval before a device counts as late, in seconds. */
  jitterS: number;
  /** Seconds that a device whose session ended has to come back before it counts as offline. */
  graceS: number;
}

export type PresenceEvent =
  | { type: 'connected' }
  | { type: 'disconnected' }
  | { type: 'birth'; epoch: number; intervalS: number }
  | { type: 'heartbeat'; epoch: number; intervalS: number | null }
  | { type: 'will'; epoch: number; said: boolean }
  /** Settings with this interval were sent to it. */
  | { type: 'told'; intervalS: number }
  | { type: 'tick' };

export function neverHeard(intervalS: number, since: number): Presence {
  return {
    epoch: 0,
    connected: false,
    lastHeartbeatAt: null,
    heardAt: null,
    intervalS,
    told: null,
    ended: null,
    endedAt: null,
    status: 'never',
    statusSince: since,
    reconnects: null,
  };
}

/** P2: more than this many reconnects within this time. */
const FLAPPING = { most: 5, withinMs: 10 * 60_000 } as const;

/** P2: whether a device is flapping: a flag beside its status, cleared after ten stable minutes. */
export function isFlapping({ reconnects }: Pick<Presence, 'reconnects'>, now: number): boolean {
  const first = reconnects?.at(-1 - FLAPPING.most);
  return first !== undefined && now - first < FLAPPING.withinMs;
}

function reconnected(before: readonly number[] | null, at: number): readonly number[] {
  return before === null ? [] : [...before.slice(-FLAPPING.most), at];
}

/** P3: at the very end of the range, a device is sent back to the beginning: from then on every epoch is higher. */
function highest({ epoch }: Presence): number {
  return epoch >= MAX_EPOCH ? 0 : epoch;
}

/** P3: a birth that is not higher than the highest epoch heard, or is at the very end, is not accepted; the answer is `epochFrom`. */
export function isStaleBirth(state: Presence, epoch: number): boolean {
  return epoch <= highest(state) || epoch >= MAX_EPOCH;
}

/** P3: messages of an older epoch, or of the very end, are ignored. */
export function isOfOlderEpoch(state: Presence, epoch: number): boolean {
  return epoch < highest(state) || epoch >= MAX_EPOCH;
}

function afterEvent(state: Presence, event: PresenceEvent, at: number): Presence {
  switch (event.type) {
    case 'connected':
      return { ...state, connected: true, reconnects: reconnected(state.reconnects, at) };
    case 'disconnected':
      return { ...state, connected: false };
    case 'birth':
      if (event.epoch >= MAX_EPOCH) return { ...state, epoch: MAX_EPOCH };
      if (isStaleBirth(state, event.epoch)) return state;
      return { ...state, epoch: event.epoch, intervalS: event.intervalS, told: null, heardAt: at, ended: null, endedAt: null };
    case 'heartbeat':
      if (isOfOlderEpoch(state, event.epoch)) return state;
      return {
        ...state,
        epoch: event.epoch,
        intervalS: event.intervalS ?? state.intervalS,
        told: state.told !== null && state.told.intervalS <= (event.intervalS ?? 0) ? null : state.told,
        heardAt: at,
        lastHeartbeatAt: at,
        ended: null,
        endedAt: null,
      };
    case 'will':
      // From an older session: a newer one has started in the meantime (a take-over publishes the old session's will).
      if (event.epoch < highest(state)) return state;
      // The goodbye holds: a will that the closing connection still publishes adds nothing.
      if (state.ended === 'said') return state;
      return { ...state, ended: event.said ? 'said' : 'lost', endedAt: at };
    case 'told':
      return { ...state, told: event.intervalS > state.intervalS ? { at, intervalS: event.intervalS } : null };
    case 'tick':
      return state;
  }
}

/**
 * When it has been silent for this many intervals. A device just told to send less often is measured by that interval from then on, so that a longer
 * interval makes none late (P4).
 */
function silentAt(state: Presence, heardAt: number, intervals: number, { jitterS }: Thresholds): number {
  const { intervalS, told } = state;
  const asReported = heardAt + intervals * (intervalS + jitterS) * 1000;
  return told === null ? asReported : Math.max(asReported, told.at + intervals * (told.intervalS + jitterS) * 1000);
}

/** P2: late after more than 2 intervals; offline after more than 3, or if its session ended and it did not come back within the grace period. */
export function statusAt(state: Presence, thresholds: Thresholds, now: number): PresenceStatus {
  if (state.heardAt === null) return 'never';
  if (state.endedAt !== null && now >= state.endedAt + (state.ended === 'said' ? 0 : thresholds.graceS * 1000)) return 'offline';
  if (now > silentAt(state, state.heardAt, 3, thresholds)) return 'offline';
  return now > silentAt(state, state.heardAt, 2, thresholds) ? 'late' : 'online';
}

/** When the status may change next if nothing is heard; null if only an event can change it. */
export function nextCheckAt(state: Presence, thresholds: Thresholds): number | null {
  if (state.heardAt === null || state.status === 'offline') return null;
  const silence = silentAt(state, state.heardAt, state.status === 'late' ? 3 : 2, thresholds) + 1;
  return state.endedAt === null ? silence : Math.min(silence, state.endedAt + thresholds.graceS * 1000);
}

/** When it counts as offline if nothing more is heard; null if it already is, or was never heard. */
export function offlineAt(state: Presence, thresholds: Thresholds): number | null {
  return state.heardAt === null || state.status === 'offline' ? null : silentAt(state, state.heardAt, 3, thresholds) + 1;
}

/** The state after `event` at `at`, with the status for that moment. */
export function reduce(state: Presence, event: PresenceEvent, at: number, thresholds: Thresholds): Presence {
  const next = afterEvent(state, event, at);
  const status = statusAt(next, thresholds, at);
  return status === next.status ? next : { ...next, status, statusSince: at };
}

/** P4: after a restart, nothing that was online or late counts as offline before one full period of silence from now. */
export function afterRestart(stored: Presence, now: number): Presence {
  const wasThere = stored.status === 'online' || stored.status === 'late';
  return {
    ...stored,
    connected: false,
    heardAt: wasThere ? now : stored.heardAt,
    ended: wasThere ? null : stored.ended,
    endedAt: wasThere ? null : stored.endedAt,
  };
}
