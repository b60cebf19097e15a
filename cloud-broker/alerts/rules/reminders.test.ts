import fc from 'fast-check';
import { expect, test } from 'vitest';
import { dueReminder, type ReminderDays, type Trial } from './reminders.ts';

const DAY_MS = 86_400_000;
const ENDS = Date.UTC(2026, 11, 23, 8);
const trial = (facts: Partial<Trial> = {}): Trial => ({
  status: 'trial',
  trialEndsAt: ENDS,
  isClosing: false,
  reminded: null,
  ...facts,
});

test('[D3] a trial is reminded 7 days and 1 day before its end, to the millisecond', () => {
  expect(dueReminder(trial(), ENDS - 7 * DAY_MS - 1)).toBeNull();
  expect(dueReminder(trial(), ENDS - 7 * DAY_MS)).toBe(7);
  expect(dueReminder(trial({ reminded: 7 }), ENDS - 7 * DAY_MS)).toBeNull();
  expect(dueReminder(trial({ reminded: 7 }), ENDS - DAY_MS - 1)).toBeNull();
  expect(dueReminder(trial({ reminded: 7 }), ENDS - DAY_MS)).toBe(1);
});

test('[D3] where both are due only the nearer is given, and the farther never after it', () => {
  expect(dueReminder(trial(), ENDS - DAY_MS)).toBe(1);
  expect(dueReminder(trial({ reminded: 1 }), ENDS - DAY_MS)).toBeNull();
  expect(dueReminder(trial({ reminded: 1 }), ENDS - 3 * DAY_MS)).toBeNull();
});

test('[D3] only a trial is reminded, and none that is being closed', () => {
  for (const status of ['unconfirmed', 'active', 'disabled', 'closed'] as const)
    expect(dueReminder(trial({ status }), ENDS - DAY_MS)).toBeNull();
  expect(dueReminder(trial({ isClosing: true }), ENDS - DAY_MS)).toBeNull();
});

test('[D3] however the clock jumps, each reminder is given at most once, and never farther after nearer', () => {
  const offsets = fc.array(fc.integer({ min: -30 * DAY_MS, max: 5 * DAY_MS }), { maxLength: 60 });
  fc.assert(
    fc.property(offsets, (times) => {
      let reminded: ReminderDays | null = null;
      const given: ReminderDays[] = [];
      for (const offset of times) {
        const now = ENDS + offset;
        const days: ReminderDays | null = dueReminder(trial({ reminded, status: now < ENDS ? 'trial' : 'disabled' }), now);
        if (days === null) continue;
        expect(ENDS - now).toBeLessThanOrEqual(days * DAY_MS);
        given.push(days);
        reminded = days;
      }
      expect([[], [7], [1], [7, 1]]).toContainEqual(given);
    }),
  );
});
