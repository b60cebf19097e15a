import { expect, test } from 'vitest';
import { roundUp } from '../parts/LineChart.tsx';
import { daysOf, momentsOf } from './over-time.ts';

const DAY_MS = 86_400_000;
// Midnight where the reader is, whatever the machine's time zone.
const START = new Date(2026, 10, 20).getTime();
const iso = (days: number): string => new Date(START + days * DAY_MS).toISOString();
const sample = (days: number, online: number) => ({ at: iso(days), online, late: 0, offline: 10 - online, never: 0 });

test('the last sample before the window holds at its beginning, the newest at its end', () => {
  const moments = momentsOf({ from: iso(1), to: iso(3), away: [], samples: [sample(0, 4), sample(2, 7)] });
  expect(moments.map(({ at, online, all }) => [(at - START) / DAY_MS, online, all])).toEqual([
    [1, 4, 10],
    [2, 7, 10],
    [3, 7, 10],
  ]);
  expect(momentsOf({ from: iso(0), to: iso(1), away: [], samples: [] })).toEqual([]);
});

test('each day’s least and most count what still held when it began', () => {
  const samples = [sample(0, 4), sample(0.5, 9), sample(2.5, 2)];
  const days = daysOf(momentsOf({ from: iso(0), to: iso(3), away: [], samples }));
  expect(days.map(({ day, least, most }) => [Math.round((day - START) / DAY_MS), least, most])).toEqual([
    [3, 2, 2],
    [2, 2, 9],
    [1, 9, 9],
    [0, 4, 9],
  ]);
});

test('a chart’s top is the next round number', () => {
  expect([0, 0.3, 1, 3, 11, 24, 26, 51, 999, 1001].map(roundUp)).toEqual([1, 1, 1, 5, 20, 25, 50, 100, 1000, 2000]);
});
