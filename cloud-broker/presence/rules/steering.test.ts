import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { neverHeard, reduce, statusAt, type Presence, type Thresholds } from './reducer.ts';
import { isMaterial, LOOK_S, steadily, steer, type Measured, type Rhythm, type Steering } from './steering.ts';

const CONFIGURED: Rhythm = { intervalS: 60, jitterS: 10 };
const CALM: Measured = {
  connected: 60_000,
  herd: 60_000,
  heartbeatsPerS: 1000,
  commitP99Ms: 8,
  loopLagP99Ms: 3,
  boardsPerS: null,
};
const SLOW_DISK: Measured = { ...CALM, commitP99Ms: 150 };

function after(looks: number, measured: Measured, from: Steering = steadily(CONFIGURED)): Steering {
  let state = from;
  for (let look = 0; look < looks; look += 1) state = steer(state, CONFIGURED, measured);
  return state;
}
const intervalAfter = (...args: Parameters<typeof after>): number => after(...args).rhythm.intervalS;

describe('interval', () => {
  test('[P4] is the configured one while the service takes what comes, however much that is', () => {
    expect(after(1000, { ...CALM, connected: 1e6, heartbeatsPerS: 20_000 }).rhythm).toEqual(CONFIGURED);
  });

  test('[P4] is lengthened after three strained looks to what the measured rate bears, by commits and by the loop alike', () => {
    // 60,000 devices at 0.7 of the 1,000 heartbeats a second that strained it.
    for (const strained of [SLOW_DISK, { ...CALM, loopLagP99Ms: 150 }])
      expect([2, 3].map((looks) => intervalAfter(looks, strained))).toEqual([60, 86]);
    // Taken was much less than was sent: at most twice as long in one step, and at least a quarter longer.
    expect(intervalAfter(3, { ...SLOW_DISK, heartbeatsPerS: 100 })).toBe(120);
    expect(intervalAfter(3, { ...SLOW_DISK, heartbeatsPerS: 2000 })).toBe(75);
  });

  test('[P4] one slow moment changes nothing, nor does a slow disk that heartbeats do not burden', () => {
    const twice = after(2, SLOW_DISK);
    expect(intervalAfter(2, SLOW_DISK, after(1, CALM, twice))).toBe(60);
    expect(intervalAfter(100, { ...SLOW_DISK, connected: 600, herd: 600, heartbeatsPerS: 10 })).toBe(60);
  });

  test('[P4] a change is given one old interval to reach everybody before anything is learnt again', () => {
    const changed = after(3, SLOW_DISK);
    expect(intervalAfter(60 / LOOK_S + 2, SLOW_DISK, changed)).toBe(86);
    expect(intervalAfter(60 / LOOK_S + 3, SLOW_DISK, changed)).toBeGreaterThan(86);
  });

  test('[P4] lengthened it is 15 to 900 s, and a configured one beyond that stays', () => {
    expect(intervalAfter(10_000, { ...SLOW_DISK, heartbeatsPerS: 50 })).toBe(900);
    const fast = { intervalS: 1, jitterS: 0 };
    let state = steadily(fast);
    for (let look = 0; look < 3; look += 1) state = steer(state, fast, SLOW_DISK);
    expect(state.rhythm.intervalS).toBe(15);
    const slow = { intervalS: 3600, jitterS: 0 };
    state = steadily(slow);
    for (let look = 0; look < 1000; look += 1) state = steer(state, slow, SLOW_DISK);
    expect(state.rhythm.intervalS).toBe(3600);
  });

  test('[P4] comes back slowly, by a fifth after five minutes of ease, and not while it is merely not strained', () => {
    const long = { ...steadily({ intervalS: 120, jitterS: 10 }) };
    expect([29, 30].map((looks) => intervalAfter(looks, CALM, long))).toEqual([120, 96]);
    expect(intervalAfter(1000, { ...CALM, commitP99Ms: 75 }, long)).toBe(120);
    const back = after(5 * (30 + 12), CALM, long);
    expect(back.rhythm).toEqual(CONFIGURED);
    expect(intervalAfter(29, CALM, after(1, { ...CALM, commitP99Ms: 75 }, after(29, CALM, long)))).toBe(120);
  });
});

describe('jitter', () => {
  test('[P4] covers the time that the measured rate needs for the whole herd, up to half an interval', () => {
    const jitter = (boardsPerS: number | null, herd: number): number => after(1, { ...CALM, herd, boardsPerS }).rhythm.jitterS;
    expect(jitter(null, 1e6)).toBe(10);
    expect(jitter(500, 1000)).toBe(10);
    expect(jitter(500, 10_001)).toBe(21);
    expect(jitter(500, 1e6)).toBe(30);
    expect(jitter(0, 1e6)).toBe(30);
  });

  test('[P4] what hardly differs is not told again; another interval always is', () => {
    expect(isMaterial({ intervalS: 60, jitterS: 10 }, { intervalS: 60, jitterS: 15 })).toBe(false);
    expect(isMaterial({ intervalS: 60, jitterS: 10 }, { intervalS: 60, jitterS: 16 })).toBe(true);
    expect(isMaterial({ intervalS: 900, jitterS: 400 }, { intervalS: 900, jitterS: 310 })).toBe(false);
    expect(isMaterial({ intervalS: 60, jitterS: 10 }, { intervalS: 61, jitterS: 10 })).toBe(true);
  });
});

const measured: fc.Arbitrary<Measured> = fc.record({
  connected: fc.nat({ max: 200_000 }),
  herd: fc.nat({ max: 200_000 }),
  heartbeatsPerS: fc.constantFrom(0, 10, 49, 50, 800, 20_000),
  commitP99Ms: fc.constantFrom(0, 8, 75, 150, 10_000),
  loopLagP99Ms: fc.constantFrom(0, 3, 75, 150),
  boardsPerS: fc.constantFrom(null, 0, 5, 400, 2000),
});
const configured: fc.Arbitrary<Rhythm> = fc.record({
  intervalS: fc.constantFrom(1, 5, 20, 60, 600, 3600),
  jitterS: fc.constantFrom(0, 1, 10, 30),
});

test('[P4] whatever is measured, the rhythm keeps its bounds', () => {
  fc.assert(
    fc.property(configured, fc.array(measured, { maxLength: 200 }), (floor, looks) => {
      let state = steadily(floor);
      for (const look of looks) {
        state = steer(state, floor, look);
        const { intervalS, jitterS } = state.rhythm;
        expect(Number.isInteger(intervalS) && Number.isInteger(jitterS)).toBe(true);
        expect(intervalS === floor.intervalS || (intervalS > floor.intervalS && intervalS >= 15 && intervalS <= 900)).toBe(true);
        expect(jitterS).toBeGreaterThanOrEqual(floor.jitterS);
        expect(jitterS).toBeLessThanOrEqual(Math.max(floor.jitterS, intervalS / 2));
      }
    }),
  );
});

test('[P4] [P2] however it is steered, a device that does as it is told is never late', () => {
  const beat = fc.record({ looks: fc.array(measured, { maxLength: 8 }), lateBy: fc.constantFrom(-1, 0, 0.5, 1) });
  fc.assert(
    fc.property(configured, fc.array(beat, { minLength: 1, maxLength: 60 }), (floor, beats) => {
      const thresholds: Thresholds = { jitterS: floor.jitterS, graceS: 60 };
      let now = 0;
      let state = steadily(floor);
      let has = floor;
      let presence: Presence = reduce(neverHeard(60, 0), { type: 'birth', epoch: 1, intervalS: has.intervalS }, now, thresholds);
      for (const { looks, lateBy } of beats) {
        for (const look of looks) state = steer(state, floor, look);
        presence = reduce(presence, { type: 'heartbeat', epoch: 1, intervalS: has.intervalS }, now, thresholds);
        if (isMaterial(has, state.rhythm)) {
          has = state.rhythm;
          presence = reduce(presence, { type: 'told', intervalS: has.intervalS }, now, thresholds);
        }
        now += Math.max(0, has.intervalS + lateBy * has.jitterS) * 1000;
        expect(statusAt(presence, thresholds, now)).toBe('online');
      }
    }),
    { numRuns: 500 },
  );
});
