/** Which trial is reminded of its end. Pure. */
import type { DomainStatus } from '../../../protocol/api.ts';

const DAY_MS = 86_400_000;

/** Days before the trial's end, nearest first. */
const REMINDERS = [1, 7] as const;
export type ReminderDays = (typeof REMINDERS)[number];

/** No reminder is due earlier than this before the trial's end. */
export const REMINDED_WITHIN_MS = 7 * DAY_MS;

export interface Trial {
  status: DomainStatus;
  /** Milliseconds since 1970. */
  trialEndsAt: number;
  /** Whether closing the domain was requested: such a domain is not asked to continue. */
  isClosing: boolean;
  /** The nearest reminder sent; null for none. */
  reminded: ReminderDays | null;
}

/**
 * D3: the reminder due at `now`, 7 days and 1 day before the trial's end; null for none. Each is sent once, however the clock jumps; if both are due,
 * only the nearer, and no farther one after a nearer.
 */
export function dueReminder(trial: Trial, now: number): ReminderDays | null {
  const { status, trialEndsAt, isClosing, reminded } = trial;
  if (status !== 'trial' || isClosing) return null;
  const due = REMINDERS.find((days) => trialEndsAt - now <= days * DAY_MS) ?? null;
  return due !== null && (reminded === null || due < reminded) ? due : null;
}
