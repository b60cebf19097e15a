import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { AlertSettings } from '../../../protocol/api-alerts.ts';
import { wallClock } from '../../../protocol/time-zone.ts';
import { defaultAlertSettings, verdictOf } from './settings.ts';

const MINUTE = 60_000;
const DAY = 86_400_000;
const quiet = (timeZone: string, from: string, to: string): AlertSettings => ({
  ...defaultAlertSettings,
  timeZone,
  quiet: { from, to },
});
const sentAt = (settings: AlertSettings, at: string): string => {
  const verdict = verdictOf(settings, Date.parse(at));
  return typeof verdict === 'string' ? verdict : new Date(verdict.until).toISOString();
};

describe('[P7] quiet hours on days when the clocks are set', () => {
  test('[P7] end when the clock on the wall says so', () => {
    const paris = quiet('Europe/Paris', '20:00', '06:30');
    expect(sentAt(paris, '2027-03-27T21:00:00Z')).toBe('2027-03-28T04:30:00.000Z');
    expect(sentAt(paris, '2027-10-30T21:00:00Z')).toBe('2027-10-31T05:30:00.000Z');
    expect(sentAt(quiet('America/New_York', '20:00', '06:30'), '2027-03-14T03:00:00Z')).toBe('2027-03-14T10:30:00.000Z');
    expect(sentAt(quiet('Australia/Lord_Howe', '20:00', '06:30'), '2027-04-03T12:00:00Z')).toBe('2027-04-03T20:00:00.000Z');
    expect(sentAt(quiet('Asia/Kathmandu', '20:00', '06:30'), '2027-04-03T16:00:00Z')).toBe('2027-04-04T00:45:00.000Z');
  });

  test('[P7] of which the clock leaps over the end are over with the leap; over all of them there are none', () => {
    expect(sentAt(quiet('Europe/Paris', '22:00', '02:30'), '2027-03-28T00:00:00Z')).toBe('2027-03-28T01:00:00.000Z');
    expect(sentAt(quiet('Europe/Paris', '02:10', '02:50'), '2027-03-28T01:00:00Z')).toBe('send');
    // 30 December 2011 there was not: the night went on at midnight of the 31st.
    expect(sentAt(quiet('Pacific/Apia', '20:00', '06:30'), '2011-12-30T08:00:00Z')).toBe('2011-12-30T16:30:00.000Z');
  });

  test('[P7] a mail waits while it is quiet on the wall, not a minute longer, wherever and whenever', () => {
    const clock = fc
      .nat(1439)
      .map((minutes) => `${String(Math.floor(minutes / 60)).padStart(2, '0')}:${String(minutes % 60).padStart(2, '0')}`);
    const zone = fc.constantFrom('Europe/Paris', 'America/New_York', 'Australia/Lord_Howe', 'Pacific/Apia', 'Asia/Kathmandu');
    const when = fc.oneof(
      fc
        .record({ year: fc.integer({ min: 2008, max: 2040 }), month: fc.constantFrom(2, 3, 8, 9, 10), ms: fc.nat(31 * DAY) })
        .map(({ year, month, ms }) => Date.UTC(year, month, 1) + ms),
      fc.integer({ min: Date.UTC(2011, 11, 28), max: Date.UTC(2012, 0, 2) }),
    );
    fc.assert(
      fc.property(zone, clock, clock, when, (timeZone, from, to, at) => {
        const settings = quiet(timeZone, from, to);
        const isQuiet = (moment: number): boolean => {
          const shown = new Date(wallClock(moment, timeZone)).toISOString().slice(11, 16);
          return from <= to ? shown >= from && shown < to : shown >= from || shown < to;
        };
        const verdict = verdictOf(settings, at);
        expect(verdict === 'send').toBe(!isQuiet(at));
        if (typeof verdict === 'string') return;
        expect(isQuiet(verdict.until)).toBe(false);
        expect(isQuiet(verdict.until - 1)).toBe(true);
        for (let one = at; one < verdict.until; one += 13 * MINUTE) expect(isQuiet(one)).toBe(true);
        expect(verdictOf(settings, verdict.until)).toBe('send');
      }),
      { numRuns: 500 },
    );
  });
});
