/** Where people's days are meant: IANA time zones, never offsets, which are right for half of the year. Times in milliseconds since 1970. */

const DAY_MS = 86_400_000;
/** Zones whose formats are kept: making one costs about a millisecond. */
const MAX_KEPT = 100;
const formats = new Map<string, Intl.DateTimeFormat>();

function formatOf(timeZone: string): Intl.DateTimeFormat {
  const kept = formats.get(timeZone);
  if (kept !== undefined) return kept;
  const format = new Intl.DateTimeFormat('en-US', {
    timeZone,
    era: 'short',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
    hourCycle: 'h23',
  });
  if (formats.size >= MAX_KEPT) formats.clear();
  formats.set(timeZone, format);
  return format;
}

/** Whether this names a zone. `+01:00`, which some engines take as one, does not. */
export function isTimeZone(name: string): boolean {
  try {
    return /^[a-z]/i.test(name) && formatOf(name).resolvedOptions().timeZone !== '';
  } catch {
    return false;
  }
}

/** What a clock on the wall shows there, as if it were UTC's. */
export function wallClock(at: number, timeZone: string): number {
  const parts = new Map(
    formatOf(timeZone)
      .formatToParts(at)
      .map(({ type, value }) => [type, Number(value)]),
  );
  const part = (type: Intl.DateTimeFormatPartTypes): number => parts.get(type) ?? 0;
  const whole = Math.floor(at / 1000) * 1000;
  return Date.UTC(part('year'), part('month') - 1, part('day'), part('hour'), part('minute'), part('second')) + (at - whole);
}

/** The date there, as 2026-11-24. */
export const dateIn = (at: number, timeZone: string): string => new Date(wallClock(at, timeZone)).toISOString().slice(0, 10);

/** When the clock on the wall is next set, after `from` and up to `to`, which is at most a day later; null where it goes on evenly. */
function clockChange(from: number, to: number, timeZone: string): number | null {
  const ahead = (at: number): number => wallClock(at, timeZone) - at;
  const before = ahead(from);
  if (ahead(to) === before) return null;
  let [same, other] = [from, to];
  while (other - same > 1) {
    const middle = Math.floor((same + other) / 2);
    if (ahead(middle) === before) same = middle;
    else other = middle;
  }
  return other;
}

/**
 * The first moment from `at` on at which `holds` is true of what the clock on the wall shows. `waits` says how long it would take, at most a
 * day, if the clock went on evenly: a time that the clock leaps over has come with the leap, and one that it shows twice comes with the first.
 */
export function firstMoment(
  at: number,
  timeZone: string,
  { holds, waits }: { holds: (wall: number) => boolean; waits: (wall: number) => number },
): number {
  let moment = at;
  // More than two changes of the clock in one wait there never were.
  for (let tries = 0; tries < 10 && !holds(wallClock(moment, timeZone)); tries += 1) {
    const evenly = moment + waits(wallClock(moment, timeZone));
    moment = clockChange(moment, evenly, timeZone) ?? evenly;
  }
  return moment;
}

/** When the day there that `at` is in ends: not always 24 hours after it began, nor always at midnight. */
export function dayEnd(at: number, timeZone: string): number {
  const today = Math.floor(wallClock(at, timeZone) / DAY_MS);
  return firstMoment(at, timeZone, {
    holds: (wall) => Math.floor(wall / DAY_MS) !== today,
    waits: (wall) => (today + 1) * DAY_MS - wall,
  });
}
