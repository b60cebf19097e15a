import type { Health } from '../../protocol/messages.ts';
import type { Planned } from './timer-wheel.ts';
import type { StoredPresence, Unstored } from './flush.ts';
import { afterRestart, type Presence, type PresenceStatus } from './rules/reducer.ts';
import type { Rhythm } from './rules/steering.ts';

/** A device on the roll. */
export interface Entry extends Planned, Unstored {
  nextCheckAt: number | null;
  /** The rhythm that this session was told; null before its birth. */
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

/** A device as it was stored, in a service that starts at `now`. `intervalS`: where it never said its own. */
export function storedEntry(row: StoredPresence, now: number, intervalS: number): Entry {
  const stored: Presence = {
    ...row,
    connected: false,
    reconnects: null,
    told: null,
    // A device enrolled again was not heard since; one that was born and sent no heartbeat was heard, once.
    heardAt: row.status === 'never' ? null : (row.lastHeartbeatAt ?? 0),
    intervalS: row.intervalS ?? intervalS,
  };
  const entry = newEntry(row.deviceId, afterRestart(stored, now), row.status);
  if (row.health !== null) entry.health = JSON.parse(row.health) as Health;
  return entry;
}
