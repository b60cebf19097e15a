/** What of a device's presence goes to the store, and what the store gives back at a start. */
import type { Health, Heartbeat } from '../../protocol/messages.ts';
import { HISTORY_MS } from './rules/spans.ts';
import type { Presence, PresenceStatus } from './rules/reducer.ts';

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
  /** `how` of those that are offline (P2). */
  transitions: { deviceId: string; status: PresenceStatus; since: number; how: 'said' | 'lost' | null }[];
  /** P6: when a device was running that nobody heard. */
  running: { deviceId: string; from: number; to: number }[];
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
  /** P6: when it was running and was not heard. */
  running: { from: number; to: number } | null;
  /** Status that the store knows. */
  storedStatus: PresenceStatus;
}

export function flushOf(heard: readonly Unstored[], now: number): Flush {
  const flush: Flush = { now, rows: [], transitions: [], running: [], births: [] };
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
    if (presence.status !== entry.storedStatus) {
      const how = presence.status === 'offline' ? (presence.ended ?? 'lost') : null;
      flush.transitions.push({ deviceId, status: presence.status, since: presence.statusSince, how });
    }
    if (entry.running !== null) flush.running.push({ deviceId, ...entry.running });
    if (entry.birth !== null) flush.births.push({ deviceId, ...entry.birth });
  }
  return flush;
}

/**
 * P6: when a device was running and was not heard, by its summary of what it missed and by the service's clock. What is shorter
 * than two intervals never showed (P2), and of longer than a history is kept nothing is.
 */
export function runningTime(missed: Heartbeat['missed'], now: number, intervalS: number): { from: number; to: number } | null {
  if (missed === undefined || missed.fromAgoS - missed.toAgoS < 2 * intervalS) return null;
  const from = Math.round(now - Math.min(missed.fromAgoS * 1000, HISTORY_MS));
  const to = Math.round(now - missed.toAgoS * 1000);
  return to <= from ? null : { from, to };
}

/** What the store knows now is not sent again. */
export function settle(flush: Flush, entryOf: (deviceId: string) => Unstored | undefined): void {
  for (const { deviceId, status } of flush.transitions) {
    const entry = entryOf(deviceId);
    if (entry !== undefined) entry.storedStatus = status;
  }
  for (const told of flush.running) {
    const entry = entryOf(told.deviceId);
    if (entry?.running?.to === told.to) entry.running = null;
  }
  for (const birth of flush.births) {
    const entry = entryOf(birth.deviceId);
    if (entry?.birth?.agentVersion === birth.agentVersion && entry.birth.firmware === birth.firmware) entry.birth = null;
  }
  for (const row of flush.rows) {
    if (row.inventory === null) continue;
    const entry = entryOf(row.deviceId);
    if (entry?.inventory != null && JSON.stringify(entry.inventory) === row.inventory) entry.inventory = null;
  }
}
