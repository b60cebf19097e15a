/** When a domain wants e-mails (P7). Pure. */
import type { AlertKind, AlertSettings } from '../../../protocol/api-alerts.ts';
import { dateIn, firstMoment } from '../../../protocol/time-zone.ts';

const MINUTE_MS = 60_000;
const DAY_MINUTES = 1440;

/** Defaults for a domain. Half an hour: displays that restart or move to another room are no news. */
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

/** Milliseconds a lost device must be away before it is reported. */
export const lostAfterMs = ({ lost }: AlertSettings): number => lost.afterMinutes * MINUTE_MS;

/** Whether the domain wants this alert. */
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

function minutesOf(clockTime: string): number {
  const [hours = 0, minutes = 0] = clockTime.split(':').map(Number);
  return hours * 60 + minutes;
}

/** Whether e-mails are held at this time of day, in minutes since midnight. */
function isQuiet({ from, to }: { from: number; to: number }, minutes: number): boolean {
  return from <= to ? minutes >= from && minutes < to : minutes >= from || minutes < to;
}

/** What happens to an e-mail due at `at`: it is sent, held until a time (and then checked again), or never sent. */
export function verdictOf(settings: AlertSettings, at: number): 'send' | 'silent' | { until: number } {
  const { pausedUntil, timeZone } = settings;
  if (pausedUntil !== null && dateIn(at, timeZone) < pausedUntil) return 'silent';
  if (settings.quiet === null) return 'send';
  const quiet = { from: minutesOf(settings.quiet.from), to: minutesOf(settings.quiet.to) };
  const minutes = (wall: number): number => Math.floor(wall / MINUTE_MS) % DAY_MINUTES;
  const until = firstMoment(at, timeZone, {
    holds: (wall) => !isQuiet(quiet, minutes(wall)),
    waits: (wall) => ((quiet.to - minutes(wall) + DAY_MINUTES) % DAY_MINUTES) * MINUTE_MS - (wall % MINUTE_MS),
  });
  return until === at ? 'send' : { until };
}
