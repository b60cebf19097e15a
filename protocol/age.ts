/** Age filters of lists: `before-7d`, longer ago than 7 days; `within-12h`, not longer ago than 12 hours. */

const PATTERN = /^(before|within)-([1-9][0-9]{0,2})([hd])$/;
const MS = { h: 3_600_000, d: 86_400_000 } as const;
/** Rounding to full minutes, so that clients that ask at nearly the same time send the same query. */
const STEP_MS = 60_000;

export interface Age {
  is: 'before' | 'within';
  count: number;
  /** Hours, or days of 24 hours. */
  unit: 'h' | 'd';
}

/** From 1 hour to 999 days; null for any other text. */
export function parseAge(text: string): Age | null {
  const [, is, count, unit] = PATTERN.exec(text) ?? [];
  return is === undefined ? null : { is: is as Age['is'], count: Number(count), unit: unit as Age['unit'] };
}

/** The age matches times at or after `from` and before `before`: milliseconds since 1970, to the minute. */
export interface Period {
  from?: number;
  before?: number;
}

/** The times that have this age at `now`. */
export function periodOf({ is, count, unit }: Age, now: number): Period {
  const at = Math.floor(now / STEP_MS) * STEP_MS - count * MS[unit];
  return is === 'within' ? { from: at } : { before: at };
}

export function isIn({ from, before }: Period, at: number): boolean {
  return (from === undefined || at >= from) && (before === undefined || at < before);
}
