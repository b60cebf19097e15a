import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { TokenBucket, TokenBuckets, type Rate } from './token-bucket.ts';

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
  const bucket = new TokenBucket(rate, 0);
  let now = 0;
  let allowed = 0;
  let forwardS = 0;
  for (const step of clock) {
    now += step;
    forwardS += Math.max(0, step) / 1000;
    const before = bucket.tokensAt(now);
    const isEmpty = bucket.isEmpty(now);
    const taken = bucket.take(now);
    if (taken) allowed += 1;
    expect(taken).toBe(!isEmpty);
    expect(bucket.tokensAt(now)).toBe(taken ? before - 1 : before);
    expect(bucket.tokensAt(now)).toBeGreaterThanOrEqual(0);
    expect(bucket.tokensAt(now)).toBeLessThanOrEqual(rate.burst);
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

describe('a bucket', () => {
  test('gives its burst, then as much as has come back', () => {
    const bucket = new TokenBucket({ burst: 3, perSecond: 2 }, 0);
    expect([0, 0, 0, 0].map((now) => bucket.take(now))).toEqual([true, true, true, false]);
    expect(bucket.take(499)).toBe(false);
    expect(bucket.take(500)).toBe(true);
    expect(bucket.take(400)).toBe(false);
  });
});

describe('budgets by name', () => {
  test('[E10] are apart from each other, and looking costs nothing', () => {
    const buckets = new TokenBuckets({ burst: 2, perSecond: 1 }, 10);
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
    const buckets = new TokenBuckets({ burst: 1, perSecond: 0.001 }, 3);
    for (const name of ['a', 'b', 'c', 'a', 'd']) buckets.spend(name, 0);
    expect(['a', 'b', 'c', 'd'].map((name) => buckets.isSpent(name, 0))).toEqual([true, false, true, true]);
  });

  test('[D7] what is given back may be spent again, never more than the burst', () => {
    const buckets = new TokenBuckets({ burst: 1, perSecond: 0.001 }, 3);
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
