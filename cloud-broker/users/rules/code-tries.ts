/** D6: how long wrong codes of a second factor keep the next one waiting. Pure. */
import { doubledMs } from '../../../protocol/backoff.ts';

/** Wrong codes in a row that cost nothing; at each so many more the user is told. */
export const FREE_CODES = 10;
/** The longest is also how long a user is kept out at most: whoever tries on is delayed, nobody is locked out for good. */
const WAIT = { firstMs: 60_000, longestMs: 3_600_000 };

/** Wrong codes since the last right one, and when the last of them was typed (ms since 1970). */
export interface CodeTries {
  wrong: number;
  lastAt: number;
}

/**
 * Milliseconds until the next code is judged: from the tenth wrong one on a minute, doubled with each, at most an hour. A clock that was
 * set back keeps nobody out.
 */
export function codeWaitMs({ wrong, lastAt }: CodeTries, now: number): number {
  if (wrong < FREE_CODES || now < lastAt) return 0;
  return Math.max(0, lastAt + doubledMs(WAIT, wrong - FREE_CODES) - now);
}
