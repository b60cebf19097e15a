/** Daily use (L6), as pure rules. A UTC day is an integer: days since 1970. */
import type { TransferRequest } from './transfers.ts';

const DAY_MS = 86_400_000;

/** Maximum open days that are closed automatically; with more, a clock has jumped or an outage was long. */
export const MAX_OPEN_DAYS = 7;

/** How far the machine's clock may be set while the service runs, and how far back before a start: as far as days are closed automatically (L6). */
export const MAX_SET_MS = MAX_OPEN_DAYS * DAY_MS;

/** L6: the first UTC day that begins at or after the trial's end, in days since 1970. */
export function firstChargedDay(trialEndsAt: number): number {
  return Math.ceil(trialEndsAt / DAY_MS);
}

/** UTC day of a time in milliseconds since 1970. */
export function dayOf(at: number): number {
  return Math.floor(at / DAY_MS);
}

/** First millisecond of a day. */
export function startOf(day: number): number {
  return day * DAY_MS;
}

/** `YYYY-MM-DD`. */
export function dateOf(day: number): string {
  return new Date(startOf(day)).toISOString().slice(0, 10);
}

/** The day of a date `YYYY-MM-DD`. */
export function dayOfDate(date: string): number {
  return dayOf(Date.parse(`${date}T00:00:00Z`));
}

/** Determines which days of a domain are open. */
export interface UsageState {
  /** The first day that is not closed; null before activation. */
  nextUsageDay: number | null;
  /** D8: when closing takes effect, and when it was done. */
  closingAt: number | null;
  closedAt: number | null;
}

/** Finished days that are not closed yet. The day on which a domain closes, and later ones, are never closed: the remaining credits are forfeited. */
export function openDays({ nextUsageDay, closingAt, closedAt }: UsageState, now: number): number {
  if (nextUsageDay === null || closedAt !== null) return 0;
  return Math.max(0, dayOf(Math.min(now, closingAt ?? now)) - nextUsageDay);
}

/**
 * Start of the first day that is not closed; 0 if no day is closed. Enrolment spans begin and end no earlier, so that the count of a closed day stays
 * true when a write is late or the clock is set back.
 */
export function openFrom(nextDay: number | null, firstDay: number | null): number {
  return nextDay === null || nextDay === firstDay ? 0 : startOf(nextDay);
}

/**
 * What pays for a day closed late: the balance at its end, as far as it has not been spent since. `balance` is the current balance; `since` lists the
 * postings after the day's end, newest first, negative if out of the domain. Daily use is excluded: it belongs to earlier days, which were paid as if
 * closed in time. Credits received after the end pay for nothing.
 */
export function balanceOfDaysEnd(balance: number, since: readonly number[]): number {
  let least = balance;
  let then = balance;
  for (const credits of since) {
    then -= credits;
    least = Math.min(least, then);
  }
  return Math.max(0, least);
}

/** What a day costs: one credit per device; what the balance at its end does not cover is never owed. */
export function chargeOf(devices: number, balance: number): number {
  return Math.min(devices, balance);
}

/** L4. */
export const usageKey = (domain: string, day: number): string => `usage:${domain}:${dateOf(day)}`;

/** One transfer per domain and day. */
export function usageRequest(domain: string, day: number, charged: number): TransferRequest {
  return {
    kind: 'usage',
    direction: 'out',
    vendor: 'vendor:usage',
    credits: charged,
    idempotencyKey: usageKey(domain, day),
    date: dateOf(day),
    deviceId: null,
    boardId: null,
    productKeyId: null,
    reverses: null,
    reason: null,
    actor: 'system',
  };
}
