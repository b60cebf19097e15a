import { expect, test } from 'vitest';
import { stepsOf } from './health-lines.ts';

const START = Date.UTC(2026, 0, 5, 12);
const HOUR_MS = 3_600_000;
const hour = (n: number, heartbeats: number, cpuPercent: number | null) => ({
  at: new Date(START + n * HOUR_MS).toISOString(),
  heartbeats,
  cpuPercent,
  memoryPercent: null,
  diskPercent: null,
  temperatureC: null,
});

test('[P1] a line is level for each hour, stops where nothing was heard, and goes no further than now', () => {
  const hours = [hour(0, 60, 10), hour(1, 60, 30), hour(2, 0, null), hour(3, 5, 0)];
  const edges = (of: 'cpuPercent' | 'heartbeats') =>
    stepsOf(hours, START + 3.5 * HOUR_MS, of).map(({ at, value }) => [(at - START) / HOUR_MS, value]);
  expect(edges('cpuPercent')).toEqual([
    [0, 10],
    [1, 10],
    [1, 30],
    [2, 30],
    [2, null],
    [3, 0],
    [3.5, 0],
  ]);
  expect(edges('heartbeats')).toContainEqual([2, null]);
});
