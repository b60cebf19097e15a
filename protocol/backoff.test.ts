import fc from 'fast-check';
import { expect, test } from 'vitest';
import { doubledMs, jitteredMs } from './backoff.ts';

test('a wait doubles from the first to the longest, however many failures there were', () => {
  const backoff = { firstMs: 1000, longestMs: 30_000 };
  expect([-1, 0, 1, 4, 5, 5000].map((doublings) => doubledMs(backoff, doublings))).toEqual([
    1000, 1000, 2000, 16_000, 30_000, 30_000,
  ]);
});

test('jitter reaches from the least to the most of a wait, and no further', () => {
  expect([0, 0.5, 1].map((random) => jitteredMs(1000, [0.75, 1.25], random))).toEqual([750, 1000, 1250]);
  const part = fc.double({ min: 0, max: 2, noNaN: true });
  fc.assert(
    fc.property(fc.nat(1e9), part, part, fc.double({ min: 0, max: 1, noNaN: true }), (ms, one, other, random) => {
      const [least, most] = one < other ? [one, other] : [other, one];
      const wait = jitteredMs(ms, [least, most], random);
      expect(Number.isSafeInteger(wait)).toBe(true);
      expect(wait).toBeGreaterThanOrEqual(Math.floor(ms * least));
      expect(wait).toBeLessThanOrEqual(Math.ceil(ms * most));
    }),
  );
});
