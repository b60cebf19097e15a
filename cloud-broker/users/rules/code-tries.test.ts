import { expect, test } from 'vitest';
import { codeWaitMs } from './code-tries.ts';

const NOW = Date.UTC(2026, 0, 5, 12);
const MINUTE_MS = 60_000;

test('[D6] nine wrong codes cost nothing; the tenth a minute, each further one twice as long, never more than an hour', () => {
  expect(codeWaitMs({ wrong: 0, lastAt: 0 }, NOW)).toBe(0);
  expect(codeWaitMs({ wrong: 9, lastAt: NOW }, NOW)).toBe(0);
  const minutes = [10, 11, 12, 15, 16, 17, 5000].map((wrong) => codeWaitMs({ wrong, lastAt: NOW }, NOW) / MINUTE_MS);
  expect(minutes).toEqual([1, 2, 4, 32, 60, 60, 60]);
});

test('[D6] the wait ends by itself, and a clock that was set back keeps nobody out', () => {
  const tries = { wrong: 12, lastAt: NOW };
  expect(codeWaitMs(tries, NOW + 4 * MINUTE_MS - 1)).toBe(1);
  expect(codeWaitMs(tries, NOW + 4 * MINUTE_MS)).toBe(0);
  expect(codeWaitMs(tries, NOW + 90 * 86_400_000)).toBe(0);
  expect(codeWaitMs(tries, NOW - 1)).toBe(0);
});
