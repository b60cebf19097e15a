import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Buckets, fullBucket, retryAfterS, take, type Bucket, type Rate } from './budgets.ts';

const rates: fc.Arbitrary<Rate> = fc.record({
  burst: fc.integer({ min: 1, max: 50 }),
  perSecond: fc.double({ min: 0.01, max: 100, noNaN: true }),
});
/** Steps of the clock in milliseconds; some go back. */
const steps = fc.array(
  fc.oneof(
    { weight: 9, arbitrary: fc.integer({ min: 0, max: 3000 }) },
    { weight: 1, arbitrary: fc.integer({ min: -60_000, max: -1 }) },
  ),
  { maxLength: 200 },
);

function spend(rate: Rate, clock: readonly number[]): { allowed: number; forwardS: number } {
  let bucket: Bucket = fullBucket(rate, 0);
  let now = 0;
  let allowed = 0;
  let forwardS = 0;
  for (const step of clock) {
    now += step;
    forwardS += Math.max(0, step) / 1000;
    const taken = take(bucket, rate, now);
    bucket = taken.bucket;
    if (taken.allowed) allowed += 1;
    expect(bucket.tokens).toBeGreaterThanOrEqual(0);
    expect(bucket.tokens).toBeLessThanOrEqual(rate.burst);
  }
  return { allowed, forwardS };
}

describe('a budget', () => {
  test('[E10] never gives more than burst + rate × time, whatever the clock does', () => {
    fc.assert(
      fc.property(rates, steps, (rate, clock) => {
        const { allowed, forwardS } = spend(rate, clock);
        expect(allowed).toBeLessThanOrEqual(rate.burst + rate.perSecond * forwardS + 1e-6);
      }),
      { numRuns: 500 },
    );
  });

  test('[E10] gives what it promises: the burst at once, then one each 1/rate seconds', () => {
    const rate = { burst: 3, perSecond: 2 };
    expect(spend(rate, [0, 0, 0, 0]).allowed).toBe(3);
    expect(spend(rate, [0, 0, 0, 499, 1, 499, 1]).allowed).toBe(5);
    expect(spend(rate, [0, 0, 0, 3_600_000, 0, 0, 0]).allowed).toBe(6);
  });

  test('[E10] a clock that went back refills nothing, and does not stop the refill for long', () => {
    expect(spend({ burst: 1, perSecond: 1 }, [0, -3_600_000, 0, 999]).allowed).toBe(1);
    expect(spend({ burst: 1, perSecond: 1 }, [0, -3_600_000, 1000]).allowed).toBe(2);
  });
});

describe('budgets by name', () => {
  test('[E10] are apart from each other, and looking costs nothing', () => {
    const buckets = new Buckets({ burst: 2, perSecond: 1 }, 10);
    expect(buckets.isSpent('school', 0)).toBe(false);
    expect([buckets.spend('school', 0), buckets.spend('school', 0), buckets.spend('school', 0)]).toEqual([true, true, false]);
    expect([buckets.isSpent('school', 0), buckets.isSpent('school', 0), buckets.isSpent('other', 0)]).toEqual([
      true,
      true,
      false,
    ]);
    expect([buckets.isSpent('school', 1000), buckets.spend('other', 0)]).toEqual([false, true]);
  });

  test('[E10] are bounded in number: the one unused for longest is forgotten', () => {
    const buckets = new Buckets({ burst: 1, perSecond: 0.001 }, 3);
    for (const name of ['a', 'b', 'c', 'a', 'd']) buckets.spend(name, 0);
    expect(['a', 'b', 'c', 'd'].map((name) => buckets.isSpent(name, 0))).toEqual([true, false, true, true]);
  });

  test('[D7] what is given back may be spent again, never more than the burst', () => {
    const buckets = new Buckets({ burst: 1, perSecond: 0.001 }, 3);
    expect([buckets.spend('a', 0), buckets.spend('a', 0)]).toEqual([true, false]);
    buckets.giveBack('a');
    buckets.giveBack('a');
    buckets.giveBack('never seen');
    expect([
      buckets.spend('a', 0),
      buckets.spend('a', 0),
      buckets.spend('never seen', 0),
      buckets.spend('never seen', 0),
    ]).toEqual([true, false, true, false]);
  });
});

describe('when to come back', () => {
  const dices = Array.from({ length: 1000 }, (_, n) => n / 1000);

  test('[E10] whole seconds within the bounds, for any load', () => {
    fc.assert(
      fc.property(
        fc.nat({ max: 1_000_000 }),
        fc.double({ min: 0, max: 10_000, noNaN: true }),
        fc.integer({ min: 1, max: 3600 }),
        fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
        (waiting, perSecond, most, dice) => {
          const seconds = retryAfterS(waiting, perSecond, most, dice);
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
    for (const dice of dices) {
      const seconds = retryAfterS(waiting, perSecond, 300, dice);
      counts.set(seconds, (counts.get(seconds) ?? 0) + 1);
    }
    const share = dices.length / Math.min(200, waiting / Math.max(perSecond, 1));
    expect(Math.max(...counts.values())).toBeLessThanOrEqual(Math.ceil(share) + 1);
  });

  test('[E10] the more wait, the later they come back', () => {
    expect([0, 100, 1000, 4000].map((waiting) => retryAfterS(waiting, 20, 300, 0.5))).toEqual([2, 5, 50, 200]);
  });
});
