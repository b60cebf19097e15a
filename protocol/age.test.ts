import { expect, test } from 'vitest';
import { isIn, parseAge, periodOf } from './age.ts';

const NOW = Date.parse('2027-07-22T12:00:30Z');
const HOUR_MS = 3_600_000;

test('an age is hours or days, before or within; anything else is none', () => {
  expect(parseAge('before-7d')).toEqual({ is: 'before', count: 7, unit: 'd' });
  expect(parseAge('within-12h')).toEqual({ is: 'within', count: 12, unit: 'h' });
  for (const text of ['', 'before-0d', 'before-1000d', 'within-7', 'since-7d', 'within-07d', 'within-1d ', 'before--1d'])
    expect(parseAge(text), text).toBe(null);
});

test('what is of an age is on one side of it, to the minute', () => {
  const at = Date.parse('2027-07-22T11:00:00Z');
  const within = periodOf({ is: 'within', count: 1, unit: 'h' }, NOW);
  const before = periodOf({ is: 'before', count: 1, unit: 'h' }, NOW);
  for (const ms of [at - HOUR_MS, at - 1, at, at + 1, NOW]) {
    expect(isIn(within, ms)).toBe(ms >= at);
    expect(isIn(before, ms)).toBe(ms < at);
  }
});
