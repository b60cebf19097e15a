import type { Language } from '../../../protocol/errors.ts';

export interface Formats {
  number: (value: number) => string;
  /** A change in credits, always with its sign. */
  signed: (value: number) => string;
  /** A date without time (`2027-07-22`), the same in every time zone: 22 July 2027. */
  date: (isoDate: string) => string;
  /** A range of dates without time, as short as possible: 24 Dec 2026 – 6 Jan 2027. */
  dates: (fromIsoDate: string, toIsoDate: string) => string;
  /** The day of a moment in the reader's time zone: 22 July 2027. */
  day: (isoTime: string) => string;
  /** A moment to the second: 22 Jul 2027, 14:02:10. */
  exact: (isoTime: string) => string;
  /** The day of a moment in the reader's time zone, without the year: 22 Jul. */
  dayMonth: (isoTime: string) => string;
  /** Time of day: 14:02:10. */
  clock: (timeMs: number) => string;
  /** Relative up to 24 h, then the date; null if less than a minute ago. */
  ago: (isoTime: string, nowMs: number) => string | null;
  /** Duration up to 24 h, then the start date; null if less than a minute. */
  since: (isoTime: string, nowMs: number) => { kind: 'lasting' | 'day'; text: string } | null;
  /** The two largest of days, hours, minutes and seconds: 3 hr 20 min. */
  duration: (seconds: number) => string;
  /** 0 to 100: 99.87 %. */
  percent: (value: number) => string;
  /** Time of day to the minute: 14:05. */
  minute: (isoTime: string) => string;
}

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

// A reader's clock that is slow must not put a heartbeat in the future.
const passedMs = (isoTime: string, nowMs: number): number => Math.max(0, nowMs - Date.parse(isoTime));

/** Created on first use: each costs about a millisecond. */
function lazily<T>(make: () => T): () => T {
  let one: T | undefined;
  return () => (one ??= make());
}

const made = new Map<Language, Formats>();

/** One per language: creating number and time formatters costs more than drawing a row. */
export function formatsOf(language: Language): Formats {
  const formats = made.get(language) ?? createFormats(language);
  made.set(language, formats);
  return formats;
}

/** Number and time formats of a language. English uses day before month and 24 hours, like French. */
export function createFormats(language: Language): Formats {
  const locale = language === 'fr' ? 'fr-FR' : 'en-GB';
  const number = lazily(() => new Intl.NumberFormat(locale));
  const signed = lazily(() => new Intl.NumberFormat(locale, { signDisplay: 'exceptZero' }));
  const date = lazily(() => new Intl.DateTimeFormat(locale, { dateStyle: 'long', timeZone: 'UTC' }));
  const shortDate = lazily(() => new Intl.DateTimeFormat(locale, { dateStyle: 'medium', timeZone: 'UTC' }));
  const day = lazily(() => new Intl.DateTimeFormat(locale, { dateStyle: 'long' }));
  const shortDay = lazily(() => new Intl.DateTimeFormat(locale, { dateStyle: 'medium' }));
  const dayMonth = lazily(() => new Intl.DateTimeFormat(locale, { day: 'numeric', month: 'short' }));
  const exact = lazily(() => new Intl.DateTimeFormat(locale, { dateStyle: 'medium', timeStyle: 'medium' }));
  const clock = lazily(() => new Intl.DateTimeFormat(locale, { timeStyle: 'medium' }));
  const relative = lazily(() => new Intl.RelativeTimeFormat(locale, { style: 'short' }));
  const unitOf = (unit: 'day' | 'minute' | 'hour' | 'second'): (() => Intl.NumberFormat) =>
    lazily(() => new Intl.NumberFormat(locale, { style: 'unit', unit, unitDisplay: 'short' }));
  const minutes = unitOf('minute');
  const hours = unitOf('hour');
  const units = [
    [86_400, unitOf('day')] as const,
    [3600, hours] as const,
    [60, minutes] as const,
    [1, unitOf('second')] as const,
  ];
  const percent = lazily(() => new Intl.NumberFormat(locale, { style: 'percent', maximumFractionDigits: 2 }));
  const minute = lazily(() => new Intl.DateTimeFormat(locale, { timeStyle: 'short' }));
  return {
    number: (value) => number().format(value),
    signed: (value) => signed().format(value).replace('-', '−'),
    date: (isoDate) => date().format(new Date(isoDate)),
    dates: (from, to) => shortDate().formatRange(new Date(from), new Date(to)),
    day: (isoTime) => day().format(new Date(isoTime)),
    dayMonth: (isoTime) => dayMonth().format(new Date(isoTime)),
    exact: (isoTime) => exact().format(new Date(isoTime)),
    clock: (timeMs) => clock().format(timeMs),
    ago: (isoTime, nowMs) => {
      const agoMs = passedMs(isoTime, nowMs);
      if (agoMs < MINUTE_MS) return null;
      if (agoMs < HOUR_MS) return relative().format(-Math.floor(agoMs / MINUTE_MS), 'minute');
      if (agoMs < 24 * HOUR_MS) return relative().format(-Math.floor(agoMs / HOUR_MS), 'hour');
      return shortDay().format(new Date(isoTime));
    },
    since: (isoTime, nowMs) => {
      const lastingMs = passedMs(isoTime, nowMs);
      if (lastingMs < MINUTE_MS) return null;
      if (lastingMs < HOUR_MS) return { kind: 'lasting', text: minutes().format(Math.floor(lastingMs / MINUTE_MS)) };
      if (lastingMs < 24 * HOUR_MS) return { kind: 'lasting', text: hours().format(Math.floor(lastingMs / HOUR_MS)) };
      return { kind: 'day', text: shortDay().format(new Date(isoTime)) };
    },
    duration: (seconds) => {
      const first = Math.max(
        0,
        units.findIndex(([length]) => seconds >= length),
      );
      let left = seconds < 1 ? 0 : seconds;
      const parts: string[] = [];
      for (const [length, unit] of seconds < 1 ? units.slice(-1) : units.slice(first, first + 2)) {
        const whole = Math.floor(left / length);
        left -= whole * length;
        if (whole > 0 || parts.length === 0) parts.push(unit().format(whole));
      }
      return parts.join(' ');
    },
    percent: (value) => percent().format(value / 100),
    minute: (isoTime) => minute().format(new Date(isoTime)),
  };
}
