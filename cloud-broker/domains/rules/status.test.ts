import { expect, test } from 'vitest';
import { domainStatus, trialEnd, type DomainDates } from './status.ts';

const DAY_MS = 86_400_000;
const ACTIVATED = Date.UTC(2026, 10, 23);
const TRIAL_END = ACTIVATED + 30 * DAY_MS;
const dates = (change: Partial<DomainDates> = {}): DomainDates => ({
  activatedAt: ACTIVATED,
  trialEndsAt: TRIAL_END,
  closedAt: null,
  credited: false,
  ...change,
});

test('[D3] the trial lasts 30 days from activation', () => {
  expect(trialEnd(ACTIVATED)).toBe(TRIAL_END);
});

test.each([
  ['[D3] before activation', dates({ activatedAt: null, trialEndsAt: null }), 0, ACTIVATED, 'unconfirmed'],
  ['[D3] from activation on', dates(), 0, ACTIVATED, 'trial'],
  ['[D3] until the trial’s last moment', dates(), 0, TRIAL_END - 1, 'trial'],
  ['[D5] when the trial has ended and nothing is there', dates(), 0, TRIAL_END, 'disabled'],
  ['[D4] credits during the trial', dates({ credited: true }), 1, ACTIVATED, 'active'],
  ['[D4] credits after the trial', dates({ credited: true }), 1, TRIAL_END + DAY_MS, 'active'],
  ['[D4] credits used up during the trial', dates({ credited: true }), 0, TRIAL_END - 1, 'trial'],
  ['[D5] credits used up after the trial', dates({ credited: true }), 0, TRIAL_END, 'disabled'],
  ['[D8] closed, whatever is left', dates({ credited: true, closedAt: TRIAL_END }), 1000, TRIAL_END, 'closed'],
  ['[D8] until it is closed', dates({ credited: true, closedAt: TRIAL_END }), 1000, TRIAL_END - 1, 'active'],
  [
    '[D8] closed before it was ever confirmed',
    dates({ activatedAt: null, trialEndsAt: null, closedAt: 0 }),
    0,
    ACTIVATED,
    'closed',
  ],
] as const)('%s', (_, domain, balance, now, status) => {
  expect(domainStatus(domain, balance, now)).toBe(status);
});
