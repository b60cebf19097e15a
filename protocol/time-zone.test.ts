import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { dateIn, dayEnd, firstMoment, isTimeZone, wallClock } from './time-zone.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const utc = (iso: string): number => Date.parse(`${iso}Z`);
const shown = (at: number, zone: string): string => new Date(wallClock(at, zone)).toISOString().slice(0, 16);

/** With the clocks that are set by an hour, by half an hour, at midnight, by a whole day, and not at all. */
const ZONES = [
  'Europe/Paris',
  'America/New_York',
  'Australia/Lord_Howe',
  'Pacific/Apia',
  'Asia/Kathmandu',
  'America/Sao_Paulo',
  'America/Havana',
  'Asia/Beirut',
  'America/St_Johns',
  'UTC',
];

/** Around the moments at which clocks were or will be set, in any year from 2008 to 2040, and at any other. */
const moment = fc.oneof(
  fc
    .record({ year: fc.integer({ min: 2008, max: 2040 }), month: fc.constantFrom(1, 2, 3, 9, 10), minute: fc.nat(40_000) })
    .map(({ year, month, minute }) => Date.UTC(year, month, 1) + minute * MINUTE + 7),
  fc.integer({ min: utc('2011-12-28T00:00'), max: utc('2012-01-02T00:00') }),
);

describe('clocks on the wall', () => {
  test('when they are set: by an hour, half an hour and a day', () => {
    expect(shown(utc('2027-03-28T00:59'), 'Europe/Paris')).toBe('2027-03-28T01:59');
    expect(shown(utc('2027-03-28T01:00'), 'Europe/Paris')).toBe('2027-03-28T03:00');
    expect(shown(utc('2027-10-31T01:00'), 'Europe/Paris')).toBe('2027-10-31T02:00');
    expect(shown(utc('2027-04-03T15:00'), 'Australia/Lord_Howe')).toBe('2027-04-04T01:30');
    expect(shown(utc('2011-12-30T10:00'), 'Pacific/Apia')).toBe('2011-12-31T00:00');
    expect(shown(utc('2027-01-01T00:00'), 'Asia/Kathmandu')).toBe('2027-01-01T05:45');
  });

  test('a day ends when the date changes, and is as long as it is', () => {
    const length = (iso: string, zone: string): number => (dayEnd(utc(iso), zone) - utc(iso)) / HOUR;
    expect(length('2027-03-27T23:00', 'Europe/Paris')).toBe(23);
    expect(length('2027-10-30T22:00', 'Europe/Paris')).toBe(25);
    expect(length('2027-03-14T05:00', 'America/New_York')).toBe(23);
    expect(length('2027-04-03T13:00', 'Australia/Lord_Howe')).toBe(24.5);
    expect(length('2027-05-01T18:15', 'Asia/Kathmandu')).toBe(24);
    // 30 December 2011 there was not.
    expect(dateIn(dayEnd(utc('2011-12-29T12:00'), 'Pacific/Apia'), 'Pacific/Apia')).toBe('2011-12-31');
  });

  test('a day that is looked at anywhere in it ends at one moment, with another date, and none before it', () => {
    fc.assert(
      fc.property(moment, fc.constantFrom(...ZONES), (at, zone) => {
        const end = dayEnd(at, zone);
        const date = dateIn(at, zone);
        expect(end).toBeGreaterThan(at);
        expect(end - at).toBeLessThanOrEqual(25 * HOUR);
        expect(dateIn(end, zone)).not.toBe(date);
        for (let one = at; one < end; one += 17 * MINUTE) expect(dateIn(one, zone)).toBe(date);
        expect(dateIn(end - 1, zone)).toBe(date);
        expect(dayEnd(Math.floor((at + end) / 2), zone)).toBe(end);
      }),
      { numRuns: 300 },
    );
  });

  test('a time of day is waited for until the clock first shows it, or leaps over it', () => {
    const at = (clock: number, from: string, zone: string): string =>
      new Date(
        firstMoment(utc(from), zone, {
          holds: (wall) => wall % DAY >= clock && wall % DAY < clock + 12 * HOUR,
          waits: (wall) => (clock - (wall % DAY) + DAY) % DAY,
        }),
      ).toISOString();
    expect(at(2.5 * HOUR, '2027-03-27T21:00', 'Europe/Paris')).toBe('2027-03-28T01:00:00.000Z');
    expect(at(2.5 * HOUR, '2027-10-30T21:00', 'Europe/Paris')).toBe('2027-10-31T00:30:00.000Z');
  });

  test('an offset is no zone', () => {
    expect(ZONES.every(isTimeZone)).toBe(true);
    for (const none of ['+01:00', '-0530', '', 'Mars/Phobos', ' UTC', '01:00'])
      expect([none, isTimeZone(none)]).toEqual([none, false]);
  });
});
