/** When a domain wants to be mailed (P7). Pure. */
import type { AlertKind, AlertSettings } from '../../protocol/api-alerts.ts';

const MINUTE_MS = 60_000;
const DAY_MINUTES = 1440;

/** Of a domain that never said otherwise. Half an hour: displays that restart or are moved to another room are no news. */
export const defaultAlertSettings: AlertSettings = {
  lost: { on: true, afterMinutes: 30 },
  back: true,
  credits: true,
  trial: true,
  clone: true,
  pending: true,
  mailbox: null,
  timeZone: 'UTC',
  quiet: null,
  pausedUntil: null,
};

/** Milliseconds that a lost device stays away before it is told. */
export const lostAfterMs = ({ lost }: AlertSettings): number => lost.afterMinutes * MINUTE_MS;

/** Whether the domain wants to know of this. */
export function isWanted(settings: AlertSettings, kind: AlertKind): boolean {
  switch (kind) {
    case 'lost':
      return settings.lost.on;
    case 'back':
      return settings.back;
    case 'waiting':
      return settings.pending;
    case 'key-changed':
    case 'take-overs':
      return settings.clone;
    case 'credits':
      return settings.credits;
    case 'trial':
      return settings.trial;
  }
}

/** What a clock on the wall shows: the date, and the minutes since midnight. */
function wallClock(at: number, timeZone: string): { date: string; minutes: number } {
  const parts = new Intl.DateTimeFormat('en-CA', {
    timeZone,
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
  }).formatToParts(at);
  const part = (type: string): string => parts.find((one) => one.type === type)?.value ?? '';
  return { date: `${part('year')}-${part('month')}-${part('day')}`, minutes: Number(part('hour')) * 60 + Number(part('minute')) };
}

function minutesOf(clockTime: string): number {
  const [hours = 0, minutes = 0] = clockTime.split(':').map(Number);
  return hours * 60 + minutes;
}

/** Milliseconds from `at` to the end of the quiet hours; 0 outside of them. */
function quietFor({ quiet }: AlertSettings, minutes: number, at: number): number {
  if (quiet === null) return 0;
  const [from, to] = [minutesOf(quiet.from), minutesOf(quiet.to)];
  const isQuiet = from <= to ? minutes >= from && minutes < to : minutes >= from || minutes < to;
  return isQuiet ? ((to - minutes + DAY_MINUTES) % DAY_MINUTES) * MINUTE_MS - (at % MINUTE_MS) : 0;
}

/** What becomes of a mail that is due at `at`: it goes, waits until a time (looked at again then), or never goes. */
export function verdictOf(settings: AlertSettings, at: number): 'send' | 'silent' | { until: number } {
  if (settings.pausedUntil === null && settings.quiet === null) return 'send';
  const { date, minutes } = wallClock(at, settings.timeZone);
  if (settings.pausedUntil !== null && date < settings.pausedUntil) return 'silent';
  const quietMs = quietFor(settings, minutes, at);
  return quietMs === 0 ? 'send' : { until: at + quietMs };
}
