/** What of a device's presence goes to the store, and what the store gives back at a start. */
import type { Health } from '../../protocol/messages.ts';
import type { Presence, PresenceStatus } from './reducer.ts';

export interface StoredPresence {
  deviceId: string;
  epoch: number;
  lastHeartbeatAt: number | null;
  intervalS: number | null;
  ended: 'said' | 'lost' | null;
  endedAt: number | null;
  status: PresenceStatus;
  statusSince: number;
  health: string | null;
}

/** One flush of what was heard. JSON texts that are null leave what is stored. */
export interface Flush {
  now: number;
  rows: {
    deviceId: string;
    epoch: number;
    lastHeartbeatAt: number | null;
    intervalS: number;
    ended: 'said' | 'lost' | null;
    endedAt: number | null;
    clockDifferenceMs: number | null;
    health: string | null;
    inventory: string | null;
  }[];
  transitions: { deviceId: string; status: PresenceStatus; since: number }[];
  /** What births said of the agent. */
  births: { deviceId: string; agentVersion: string; firmware: string | null }[];
}

/** What was heard of a device, beside what the store knows of it. */
export interface Unstored {
  readonly deviceId: string;
  presence: Presence;
  health: Health | null;
  inventory: Record<string, string> | null;
  birth: { agentVersion: string; firmware: string | null } | null;
  clockDifferenceMs: number | null;
  /** Status that the store knows. */
  storedStatus: PresenceStatus;
}

export function flushOf(heard: readonly Unstored[], now: number): Flush {
  const flush: Flush = { now, rows: [], transitions: [], births: [] };
  for (const entry of heard) {
    const { deviceId, presence } = entry;
    flush.rows.push({
      deviceId,
      epoch: presence.epoch,
      lastHeartbeatAt: presence.lastHeartbeatAt,
      intervalS: presence.intervalS,
      ended: presence.ended,
      endedAt: presence.endedAt,
      clockDifferenceMs: entry.clockDifferenceMs,
      health: entry.health === null ? null : JSON.stringify(entry.health),
      inventory: entry.inventory === null ? null : JSON.stringify(entry.inventory),
    });
    if (presence.status !== entry.storedStatus)
      flush.transitions.push({ deviceId, status: presence.status, since: presence.statusSince });
    if (entry.birth !== null) flush.births.push({ deviceId, ...entry.birth });
  }
  return flush;
}
