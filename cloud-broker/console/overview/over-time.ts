import type { OverTime } from '../../../protocol/api-overview.ts';

const DAY_MS = 86_400_000;

export interface Moment {
  at: number;
  online: number;
  /** Enrolled devices in any status. */
  all: number;
}

/** Values over the window, from start to end: the last sample before it holds at the start, the newest at the end. */
export function momentsOf({ from, to, samples }: OverTime): Moment[] {
  const [start, end] = [Date.parse(from), Date.parse(to)];
  const moments = samples.map(({ at, online, late, offline, never }) => ({
    at: Math.max(start, Date.parse(at)),
    online,
    all: online + late + offline + never,
  }));
  const last = moments.at(-1);
  return last === undefined ? [] : [...moments, { ...last, at: end }];
}

/** Lowest and highest number online on each of the reader's days, newest first. */
export function daysOf(moments: readonly Moment[]): { day: number; least: number; most: number }[] {
  const midnight = (at: number): number => new Date(at).setHours(0, 0, 0, 0);
  const days = new Map<number, { least: number; most: number }>();
  for (const [index, { at, online }] of moments.entries()) {
    // A value holds until the next one, also across days.
    const until = moments[index + 1]?.at ?? at + 1;
    for (let day = midnight(at); day < until; day = midnight(day + 1.5 * DAY_MS)) {
      const known = days.get(day);
      days.set(day, { least: Math.min(known?.least ?? online, online), most: Math.max(known?.most ?? online, online) });
    }
  }
  return [...days].map(([day, range]) => ({ day, ...range })).toReversed();
}
