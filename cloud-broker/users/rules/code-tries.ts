/** D6: delays after wrong second-factor codes. Pure. */
import { doubledMs } from '../../../protocol/backoff.ts';

/** Wrong codes in a row without a delay; the user is notified at each multiple. */
export const FREE_CODES = 10;
/** The longest wait is also the longest time that a user is kept out: an attacker who continues delays them, but nobody is locked out for good. */
const WAIT = { firstMs: 60_000, longestMs: 3_600_000 };

/** Wrong codes since the last right one, and the time of the last wrong one (ms since 1970). */
export interface CodeTries {
  wrong: number;
  lastAt: number;
}

/**
 * Milliseconds until the next code is checked: a minute from the tenth wrong one on, doubled with each, at most an hour. A clock set back locks
 * nobody out.
 */
export function codeWaitMs({ wrong, lastAt }: CodeTries, now: number): number {
  if (wrong < FREE_CODES || now < lastAt) return 0;
  return Math.max(0, lastAt + doubledMs(WAIT, wrong - FREE_CODES) - now);
}
