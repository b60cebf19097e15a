import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  isFlapping,
  neverHeard,
  reduce,
  type Presence,
  type PresenceEvent,
  type PresenceStatus,
  type Thresholds,
} from '../../cloud-broker/presence/rules/reducer.ts';

/**
 * The reducer beside a slow model that keeps every event there ever was and reads the rules off the whole list, each time anew. Events come in
 * any order and more than once, as sessions that take over from each other bring them.
 */

type Arrived = PresenceEvent & { at: number };
const START = 1_000_000;
const FIRST_INTERVAL_S = 60;

/** P3: births that are higher than all before, and heartbeats and wills that are not lower. */
function isTaken(log: readonly Arrived[], index: number): boolean {
  const event = log[index];
  if (event === undefined || !('epoch' in event)) return event !== undefined;
  const highest = highestBefore(log, index);
  return event.type === 'birth' ? event.epoch > highest : event.epoch >= highest;
}

function highestBefore(log: readonly Arrived[], index: number): number {
  let highest = 0;
  for (const [place, event] of log.slice(0, index).entries())
    if ((event.type === 'birth' || event.type === 'heartbeat') && isTaken(log, place)) highest = Math.max(highest, event.epoch);
  return highest;
}

function intervalOf(taken: readonly Arrived[]): number {
  const said = taken.flatMap((event) =>
    (event.type === 'birth' || event.type === 'heartbeat') && event.intervalS !== null ? [event.intervalS] : [],
  );
  return said.at(-1) ?? FIRST_INTERVAL_S;
}

/** P4: the last interval that it was told and that is longer than what it reported, until it reports as much or is born again. */
function toldOf(taken: readonly Arrived[]): { at: number; intervalS: number } | null {
  const index = taken.findLastIndex(({ type }) => type === 'told');
  const told = taken[index];
  if (told?.type !== 'told' || told.intervalS <= intervalOf(taken.slice(0, index))) return null;
  const isOver = taken
    .slice(index + 1)
    .some((event) => event.type === 'birth' || (event.type === 'heartbeat' && (event.intervalS ?? 0) >= told.intervalS));
  return isOver ? null : told;
}

function modelStatus(log: readonly Arrived[], now: number, { jitterS, graceS }: Thresholds): PresenceStatus {
  const taken = log.filter((_, index) => isTaken(log, index));
  const lastHeard = taken.findLastIndex(({ type }) => type === 'birth' || type === 'heartbeat');
  const heard = taken[lastHeard];
  if (heard === undefined) return 'never';
  const wills = taken.slice(lastHeard + 1).filter((event) => event.type === 'will');
  if (wills.some(({ said }) => said)) return 'offline';
  const lost = wills.at(-1);
  if (lost !== undefined && now >= lost.at + graceS * 1000) return 'offline';
  const told = toldOf(taken);
  const silentOver = (intervals: number): boolean =>
    now > heard.at + intervals * (intervalOf(taken) + jitterS) * 1000 &&
    (told === null || now > told.at + intervals * (told.intervalS + jitterS) * 1000);
  if (silentOver(3)) return 'offline';
  return silentOver(2) ? 'late' : 'online';
}

const epoch = fc.integer({ min: 1, max: 5 });
const intervalS = fc.constantFrom(1, 15, 60, 300);
const event: fc.Arbitrary<PresenceEvent> = fc.oneof(
  fc.constantFrom<PresenceEvent>({ type: 'connected' }, { type: 'disconnected' }, { type: 'tick' }),
  fc.record({ type: fc.constant('birth' as const), epoch, intervalS }),
  fc.record({ type: fc.constant('heartbeat' as const), epoch, intervalS: fc.option(intervalS) }),
  fc.record({ type: fc.constant('will' as const), epoch, said: fc.boolean() }),
  fc.record({ type: fc.constant('told' as const), intervalS }),
);
const step = fc.tuple(fc.constantFrom(0, 1, 500, 16_000, 70_000, 200_000, 2_000_000), event);
/** Some of them come again, somewhere after. */
const history = fc
  .tuple(fc.array(step, { maxLength: 25 }), fc.array(fc.tuple(fc.nat(), fc.nat()), { maxLength: 8 }))
  .map(([steps, again]) => {
    const all = [...steps];
    for (const [which, place] of again) {
      const repeated = steps[which % Math.max(1, steps.length)];
      if (repeated !== undefined) all.splice(place % (all.length + 1), 0, repeated);
    }
    return all;
  });
const limits: fc.Arbitrary<Thresholds> = fc.record({ jitterS: fc.nat({ max: 30 }), graceS: fc.nat({ max: 120 }) });

test('[P2] [P3] [P4] the reducer says what the rules say of the whole history, after every event and at every moment between', () => {
  fc.assert(
    fc.property(history, limits, (steps, thresholds) => {
      const log: Arrived[] = [];
      let now = START;
      let state: Presence = neverHeard(FIRST_INTERVAL_S, now);
      for (const [waitMs, happened] of steps) {
        // A look in the middle of the wait, as a sweep takes it.
        const between = now + Math.floor(waitMs / 2);
        state = reduce(state, { type: 'tick' }, between, thresholds);
        expect(state.status).toBe(modelStatus(log, between, thresholds));
        now += waitMs;
        log.push({ ...happened, at: now });
        state = reduce(state, happened, now, thresholds);
        expect(state.status).toBe(modelStatus(log, now, thresholds));
        expect(state.epoch).toBe(highestBefore(log, log.length));
      }
    }),
    { numRuns: 1500 },
  );
});

test('[P2] flapping is what the whole list of comings says: more than 5 reconnects in the last 10 minutes', () => {
  const gaps = fc.array(fc.constantFrom(0, 1000, 30_000, 120_000, 599_999, 700_000), { minLength: 1, maxLength: 30 });
  fc.assert(
    fc.property(gaps, fc.oneof(fc.constant(600_000), fc.nat({ max: 700_000 })), (waits, afterMs) => {
      let now = START;
      let state = neverHeard(FIRST_INTERVAL_S, now);
      const cameAt: number[] = [];
      for (const waitMs of waits) {
        now += waitMs;
        cameAt.push(now);
        state = reduce(state, { type: 'connected' }, now, { jitterS: 1, graceS: 1 });
      }
      const at = now + afterMs;
      // The first time it came it did not come back.
      const recent = cameAt.slice(1).filter((came) => at - came < 600_000);
      expect(isFlapping(state, at)).toBe(recent.length > 5);
    }),
    { numRuns: 1000 },
  );
});
