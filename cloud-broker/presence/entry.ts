import type { Health } from '../../protocol/messages.ts';
import type { Planned } from './timer-wheel.ts';
import type { StoredPresence, Unstored } from './flush.ts';
import { afterRestart, type Presence, type PresenceStatus } from './rules/reducer.ts';
import type { Rhythm } from './rules/steering.ts';

/** A device in the registry. */
export interface Entry extends Planned, Unstored {
  nextCheckAt: number | null;
  /** The rhythm sent to this session; null before its birth. */
  told: Rhythm | null;
}

export function newEntry(deviceId: string, presence: Presence, storedStatus: PresenceStatus): Entry {
  return {
    deviceId,
    presence,
    health: null,
    inventory: null,
    birth: null,
    clockDifferenceMs: null,
    running: null,
    storedStatus,
    nextCheckAt: null,
    told: null,
    plannedS: null,
  };
}

/** A stored device, in a service that starts at `now`. `intervalS`: used if it never reported its own. */
export function storedEntry(row: StoredPresence, now: number, intervalS: number): Entry {
  const stored: Presence = {
    ...row,
    connected: false,
    reconnects: null,
    told: null,
    // A re-enrolled device has not been heard since; one with a birth but no heartbeat has been heard once.
    heardAt: row.status === 'never' ? null : (row.lastHeartbeatAt ?? 0),
    intervalS: row.intervalS ?? intervalS,
  };
  const entry = newEntry(row.deviceId, afterRestart(stored, now), row.status);
  if (row.health !== null) entry.health = JSON.parse(row.health) as Health;
  return entry;
}
