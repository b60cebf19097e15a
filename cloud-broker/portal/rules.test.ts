import { expect, test } from 'vitest';
import { claimBefore, claimEndsAt, renewsOn } from './rules.ts';

test('[K4] a claim is good to the end of the day of the purchase, a year later', () => {
  expect(claimBefore('2026-09-01')).toBe('2027-09-01');
  expect(claimBefore('2027-12-31')).toBe('2028-12-31');
  expect(claimBefore('2028-02-29')).toBe('2029-03-01');
  expect(claimEndsAt('2026-09-01')).toBe(Date.UTC(2027, 8, 2) - 1);
});

test('[K3] a subscription is renewed when each board’s credits are used, a day each from the purchase on', () => {
  expect(renewsOn('2026-09-01', 1095, 1)).toBe('2029-08-31');
  expect(renewsOn('2026-01-01', 40 * 365, 40)).toBe('2027-01-01');
  expect(renewsOn('2026-01-01', 5, 2)).toBe('2026-01-03');
  expect(renewsOn('2026-01-01', 1, 3)).toBe('2026-01-02');
  expect(renewsOn('2026-01-01', 10, 0)).toBe('2026-01-11');
});
