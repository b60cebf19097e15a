/** What is written to the store about a device's presence, and what the store returns at startup. */
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

/** One flush of presence data. JSON fields that are null leave the stored value unchanged. */
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
  /** `how` applies to offline devices (P2). */
  transitions: { deviceId: string; status: PresenceStatus; since: number; how: 'said' | 'lost' | null }[];
  /** P6: when a device was running without being heard. */
  running: { deviceId: string; from: number; to: number }[];
  /** What births reported about the agent. */
  births: { deviceId: string; agentVersion: string; firmware: string | null }[];
}

/** What was heard of a device, and what the store knows of it. */
export interface Unstored {
  readonly deviceId: string;
  presence: Presence;
  health: Health | null;
  inventory: Record<string, string> | null;
  birth: { agentVersion: string; firmware: string | null } | null;
  clockDifferenceMs: number | null;
  /** P6: when it was running without being heard. */
  running: { from: number; to: number } | null;
  /** Status known to the store. */
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
 * P6: when a device was running without being heard, by its summary of what it missed and the service's clock. Less than two intervals never showed
 * (P2), and nothing older than the history is kept.
 */
export function runningTime(missed: Heartbeat['missed'], now: number, intervalS: number): { from: number; to: number } | null {
  if (missed === undefined || missed.fromAgoS - missed.toAgoS < 2 * intervalS) return null;
  const from = Math.round(now - Math.min(missed.fromAgoS * 1000, HISTORY_MS));
  const to = Math.round(now - missed.toAgoS * 1000);
  return to <= from ? null : { from, to };
}

/** What the store now knows is not sent again. */
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
