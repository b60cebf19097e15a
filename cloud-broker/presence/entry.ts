import type { Planned } from './calendar.ts';
import type { Unstored } from './flush.ts';
import type { Presence, PresenceStatus } from './reducer.ts';
import type { Rhythm } from './steering.ts';

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
