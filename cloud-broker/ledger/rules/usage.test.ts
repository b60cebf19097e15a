import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  balanceOfDaysEnd,
  chargeOf,
  dateOf,
  dayOf,
  dayOfDate,
  openDays,
  openFrom,
  startOf,
  usageKey,
  usageRequest,
} from './usage.ts';

const DAY = dayOfDate('2026-12-24');
const state = { nextUsageDay: DAY, closingAt: null, closedAt: null };

test('[L6] a UTC day is the whole days since 1970, from its first millisecond to its last', () => {
  expect([startOf(DAY), dateOf(DAY)]).toEqual([Date.UTC(2026, 11, 24), '2026-12-24']);
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 2_900_000 }), (day) => {
      expect([dayOf(startOf(day)), dayOf(startOf(day + 1) - 1), dayOfDate(dateOf(day))]).toEqual([day, day, day]);
    }),
  );
});

test.each([
  ['the day is not over by its last millisecond', startOf(DAY + 1) - 1, {}, 0],
  ['it is over when the next begins', startOf(DAY + 1), {}, 1],
  ['a year later', startOf(DAY + 365), {}, 365],
  ['a clock that went back', startOf(DAY - 5), {}, 0],
  ['before activation', startOf(DAY + 9), { nextUsageDay: null }, 0],
  ['a closing that is still to come', startOf(DAY + 2), { closingAt: startOf(DAY + 4) + 5 }, 2],
  ['the day on which the domain closes is none', startOf(DAY + 9), { closingAt: startOf(DAY + 4) + 5 }, 4],
  ['a domain that closes at midnight has the day before', startOf(DAY + 9), { closingAt: startOf(DAY + 4) }, 4],
  ['a domain that was closed', startOf(DAY + 9), { closingAt: startOf(DAY + 4), closedAt: startOf(DAY + 4) + 9 }, 0],
])('[L6] open days: %s', (_, now, change, open) => {
  expect(openDays({ ...state, ...change }, now)).toBe(open);
});

test('[L6] spans begin and end no earlier than the first day that is open, if any day is closed', () => {
  expect([openFrom(null, null), openFrom(DAY, DAY), openFrom(DAY + 1, DAY)]).toEqual([0, 0, startOf(DAY + 1)]);
});

test.each([
  ['nothing was posted since', 7, [], 7],
  ['credits came in', 30, [20], 10],
  ['credits came in, and earlier days that were closed late took what was there', 100, [100], 0],
  ['more went out than its end had: what came in afterwards stands in for nothing', 20, [20, -10], 0],
  ['what came in went out again', 10, [-15, 15], 10],
  ['some of what its end had went out too', 5, [-20, 15], 5],
])('[L6] what pays for a day when %s', (_, balance, since, pays) => {
  expect(balanceOfDaysEnd(balance, since)).toBe(pays);
});

test('[L6] [L4] a day costs a credit a device as far as the balance goes, under the key of domain and date', () => {
  expect([chargeOf(17, 4131), chargeOf(17, 5), chargeOf(17, 0), chargeOf(0, 9)]).toEqual([17, 5, 0, 0]);
  expect(usageKey('springfield', DAY)).toBe('usage:springfield:2026-12-24');
  expect(usageRequest('springfield', DAY, 17)).toMatchObject({
    kind: 'usage',
    direction: 'out',
    vendor: 'vendor:usage',
    credits: 17,
    idempotencyKey: 'usage:springfield:2026-12-24',
    date: '2026-12-24',
    actor: 'system',
  });
});
