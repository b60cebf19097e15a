import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { isBelievable, ServiceClock } from './clock.ts';

const DAY_MS = 86_400_000;
const HOUR_MS = 3_600_000;
const STORED = Date.UTC(2026, 10, 23, 8);

/** A machine whose clock is set, while real time goes on. */
function machineAt(start: number) {
  let elapsed = 5_000_000;
  let off = 0;
  return {
    sources: { machine: () => start + elapsed - 5_000_000 + off, elapsed: () => elapsed },
    pass: (ms: number) => void (elapsed += ms),
    set: (by: number) => void (off += by),
  };
}

describe('a start', () => {
  test.each([
    ['after a minute', 60_000, true],
    ['after a few weeks of holidays', 24 * DAY_MS, true],
    ['after the longest that is believed', 31 * DAY_MS, true],
    ['after longer', 31 * DAY_MS + 1, false],
    ['ten years ahead', 3650 * DAY_MS, false],
    ['a little back, as when a drift is corrected', -HOUR_MS, true],
    ['back by the most that is believed', -7 * DAY_MS, true],
    ['back by more', -7 * DAY_MS - 1, false],
    ['in 1970', -STORED, false],
  ])('%s', (_, by, believed) => {
    const clock = new ServiceClock(machineAt(STORED + by).sources, STORED);
    expect(clock.now()).toBe(believed ? STORED + by : STORED);
    expect(clock.doubt).toEqual(believed ? null : { machine: STORED + by, service: STORED });
  });

  test('of a new service believes the machine', () => {
    const clock = new ServiceClock(machineAt(STORED).sources, null);
    expect([clock.now(), clock.doubt]).toEqual([STORED, null]);
  });
});

describe('while the service runs', () => {
  test('a clock ten years ahead for an hour dates nothing: the service’s time goes on, and is the machine’s again when that is right', () => {
    const { sources, pass, set } = machineAt(STORED);
    const clock = new ServiceClock(sources, STORED);
    pass(HOUR_MS);
    expect(clock.now()).toBe(STORED + HOUR_MS);
    set(3650 * DAY_MS);
    pass(HOUR_MS);
    expect(clock.now()).toBe(STORED + 2 * HOUR_MS);
    expect(clock.doubt).toEqual({ machine: STORED + 2 * HOUR_MS + 3650 * DAY_MS, service: STORED + 2 * HOUR_MS });
    set(-3650 * DAY_MS + 5);
    expect([clock.now(), clock.doubt]).toEqual([STORED + 2 * HOUR_MS + 5, null]);
  });

  test('the operator’s word ends the doubt, ahead or back, and who listens is told of the step', () => {
    for (const by of [3650 * DAY_MS, -400 * DAY_MS]) {
      const { sources, pass, set } = machineAt(STORED);
      const clock = new ServiceClock(sources, STORED);
      const steps: number[] = [];
      clock.onSet((step) => steps.push(step));
      clock.now();
      set(by);
      pass(1000);
      expect(clock.now()).toBe(STORED + 1000);
      clock.accept();
      expect([clock.now(), clock.doubt, steps]).toEqual([STORED + 1000 + by, null, [by]]);
      pass(1000);
      expect(clock.now()).toBe(STORED + 2000 + by);
    }
  });

  test('a process that stood still for a month is no doubt: the monotonic clock went on', () => {
    const { sources, pass } = machineAt(STORED);
    const clock = new ServiceClock(sources, STORED);
    clock.now();
    pass(40 * DAY_MS);
    expect([clock.now(), clock.doubt]).toEqual([STORED + 40 * DAY_MS, null]);
  });

  test('whatever the machine’s clock does without the operator, no step of the service’s time is longer than the bound', () => {
    const step = fc.record({ pass: fc.integer({ min: 0, max: DAY_MS }), set: fc.integer({ min: -4000, max: 4000 }) });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
        const { sources, pass, set } = machineAt(STORED);
        const clock = new ServiceClock(sources, STORED);
        let before = clock.now();
        for (const { pass: ms, set: days } of steps) {
          pass(ms);
          set(days * DAY_MS);
          const now = clock.now();
          expect(Math.abs(now - before - ms)).toBeLessThanOrEqual(7 * DAY_MS);
          expect(clock.doubt === null).toBe(now === sources.machine());
          before = now;
        }
      }),
    );
  });
});

test('the bounds of a running service are those of a start, but for the absence', () => {
  expect([isBelievable(8 * DAY_MS, 0, true), isBelievable(8 * DAY_MS, 0, false), isBelievable(-8 * DAY_MS, 0, true)]).toEqual([
    true,
    false,
    false,
  ]);
});
