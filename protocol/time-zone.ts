/** The time zones of people's days: IANA zones, never offsets, which are right for only half the year. Times in milliseconds since 1970. */

const DAY_MS = 86_400_000;
/** Zones with cached formatters: creating one costs about a millisecond. */
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

/** Whether this is a zone name. `+01:00`, which some engines accept, is not. */
export function isTimeZone(name: string): boolean {
  try {
    return /^[a-z]/i.test(name) && formatOf(name).resolvedOptions().timeZone !== '';
  } catch {
    return false;
  }
}

/** The zone's wall-clock time, encoded as if it were UTC. */
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

/** The date in the zone, as 2026-11-24. */
export const dateIn = (at: number, timeZone: string): string => new Date(wallClock(at, timeZone)).toISOString().slice(0, 10);

/** When the wall clock next changes after `from` and up to `to`, at most a day later; null if it does not. */
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
 * The first moment from `at` on for which `holds` is true of the wall-clock time. `waits` returns how long that would take, at most a day, without a
 * clock change. A time that the clock skips counts as reached with the jump; a time that it repeats counts the first time.
 */
export function firstMoment(
  at: number,
  timeZone: string,
  { holds, waits }: { holds: (wall: number) => boolean; waits: (wall: number) => number },
): number {
  let moment = at;
  // One wait never contains more than two clock changes.
  for (let tries = 0; tries < 10 && !holds(wallClock(moment, timeZone)); tries += 1) {
    const evenly = moment + waits(wallClock(moment, timeZone));
    moment = clockChange(moment, evenly, timeZone) ?? evenly;
  }
  return moment;
}

/** End of the zone's day that contains `at`: not always 24 hours after its start, nor always at midnight. */
export function dayEnd(at: number, timeZone: string): number {
  const today = Math.floor(wallClock(at, timeZone) / DAY_MS);
  return firstMoment(at, timeZone, {
    holds: (wall) => Math.floor(wall / DAY_MS) !== today,
    waits: (wall) => (today + 1) * DAY_MS - wall,
  });
}
