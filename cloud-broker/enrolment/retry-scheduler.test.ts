import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { retryAfterS } from './retry-scheduler.ts';

describe('when to come back', () => {
  const randoms = Array.from({ length: 1000 }, (_, n) => n / 1000);

  test('[E10] whole seconds within the bounds, for any load', () => {
    fc.assert(
      fc.property(
        fc.nat({ max: 1_000_000 }),
        fc.double({ min: 0, max: 10_000, noNaN: true }),
        fc.integer({ min: 1, max: 3600 }),
        fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
        (waiting, perSecond, most, random) => {
          const seconds = retryAfterS(waiting, perSecond, most, random);
          expect(Number.isInteger(seconds) && seconds >= 1 && seconds <= most).toBe(true);
        },
      ),
    );
  });

  test.each([
    [600, 20],
    [6000, 20],
    [1_000_000, 1],
    [100_000, 0],
  ])('[E10] %i that wait at %i a second are spread: no second gets more than its share', (waiting, perSecond) => {
    const counts = new Map<number, number>();
    for (const random of randoms) {
      const seconds = retryAfterS(waiting, perSecond, 300, random);
      counts.set(seconds, (counts.get(seconds) ?? 0) + 1);
    }
    const share = randoms.length / Math.min(200, waiting / Math.max(perSecond, 1));
    expect(Math.max(...counts.values())).toBeLessThanOrEqual(Math.ceil(share) + 1);
  });

  test('[E10] the more wait, the later they come back', () => {
    expect([0, 100, 1000, 4000].map((waiting) => retryAfterS(waiting, 20, 300, 0.5))).toEqual([2, 5, 50, 200]);
  });
});
