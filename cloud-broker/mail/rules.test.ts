import fc from 'fast-check';
import { expect, test } from 'vitest';
import { backOffMs, isWorthTrying, nextTry, triedUntil } from './rules.ts';

const HOUR_MS = 3_600_000;
const NOW = Date.UTC(2026, 10, 23);

test('a wait doubles from 30 s to an hour, and lies between a half and the whole of that', () => {
  expect([1, 2, 3, 4, 5, 6, 7, 8, 9, 1000].map((tries) => backOffMs(tries, 1) / 1000)).toEqual([
    30, 60, 120, 240, 480, 960, 1920, 3600, 3600, 3600,
  ]);
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 100_000 }), fc.double({ min: 0, max: 1, noNaN: true }), (tries, random) => {
      const wait = backOffMs(tries, random);
      const longest = backOffMs(tries, 1);
      expect(wait).toBeGreaterThanOrEqual(longest / 2);
      expect(wait).toBeLessThanOrEqual(longest);
      expect(backOffMs(tries + 1, random)).toBeGreaterThanOrEqual(wait);
      expect(Number.isSafeInteger(wait)).toBe(true);
    }),
  );
});

test('a mail that always fails is tried for three days, one with a link as long as the link is good, then given up', () => {
  fc.assert(
    fc.property(
      fc.boolean(),
      fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 1, maxLength: 40 }),
      (hasLink, random) => {
        const hours = hasLink ? 48 : 72;
        let now = NOW;
        let tries = 0;
        for (;;) {
          expect(isWorthTrying({ hasLink, createdAt: NOW, tries }, now)).toBe(true);
          tries += 1;
          const next = nextTry({ hasLink, createdAt: NOW, tries }, 'later', now, random[tries % random.length] ?? 0);
          if (next === null) break;
          expect(next).toBeGreaterThan(now);
          expect(next).toBeLessThan(NOW + hours * HOUR_MS);
          now = next;
        }
        // It ended because of the time, and not before.
        expect(now).toBeGreaterThan(NOW + (hours - 1) * HOUR_MS - 1);
        expect(tries).toBeLessThan(200);
      },
    ),
    { numRuns: 50 },
  );
});

test('a refused mail is given up at once', () => {
  expect(nextTry({ hasLink: true, createdAt: NOW, tries: 1 }, 'refused', NOW, 0)).toBeNull();
  expect(nextTry({ hasLink: true, createdAt: NOW, tries: 1 }, 'server', NOW, 0)).toBe(NOW + 15_000);
});

test('[D2] a link that is dead is not mailed; another mail is tried once however old', () => {
  const late = NOW + 100 * HOUR_MS;
  expect(isWorthTrying({ hasLink: true, createdAt: NOW, tries: 0 }, late)).toBe(false);
  expect(isWorthTrying({ hasLink: false, createdAt: NOW, tries: 0 }, late)).toBe(true);
  expect(isWorthTrying({ hasLink: false, createdAt: NOW, tries: 1 }, late)).toBe(false);
  expect(triedUntil({ hasLink: true, createdAt: NOW }) - NOW).toBe(48 * HOUR_MS);
});
