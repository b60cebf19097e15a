import { balanceOfDaysEnd, MAX_OPEN_DAYS, startOf } from './rules/usage.ts';
import type { Reads } from '../store/tx.ts';

const ROWS_AT_ONCE = 100;
const WRONG_CLOCK_MS = startOf(MAX_OPEN_DAYS);

/** Uses an index of its own: the many daily-use rows are not read. */
const BACKWARDS = `SELECT n, at, CASE credit WHEN 'domain' THEN credits ELSE -credits END AS credits
  FROM transfers WHERE domain_id = ? AND kind <> 'usage' AND n <= ? ORDER BY n DESC LIMIT ?`;

interface Row {
  n: number;
  at: number;
  /** Negative if out of the domain. */
  credits: number;
}

/** Postings at `end` or later, up to row `n`, without daily use, newest first. */
async function postedSince(tx: Reads, domainId: number, n: number, end: number): Promise<Row[]> {
  const since: Row[] = [];
  for (let upTo = n; ;) {
    const rows = await tx.all<Row>(BACKWARDS, domainId, upTo, ROWS_AT_ONCE);
    for (const row of rows) {
      if (row.at < end) return since;
      since.push(row);
    }
    if (rows.length < ROWS_AT_ONCE) return since;
    upTo = (rows.at(-1)?.n ?? 0) - 1;
  }
}

/**
 * L6: the credits that pay for a day which is closed at `now`, when the domain's chain ends with `head`. What came in after the day's end pays for
 * nothing. Where that lies more than MAX_OPEN_DAYS ahead of `now` it was posted by a clock that was wrong: its time says nothing, so it counts.
 */
export async function creditsForDay(
  tx: Reads,
  domainId: number,
  head: { n: number; at: number; balance: number },
  about: { day: number; now: number },
): Promise<number> {
  const end = startOf(about.day + 1);
  if (head.at < end) return head.balance;
  const since = await postedSince(tx, domainId, head.n, end);
  const byWrongClock = (since.at(-1)?.at ?? 0) > about.now + WRONG_CLOCK_MS;
  return byWrongClock
    ? head.balance
    : balanceOfDaysEnd(
        head.balance,
        since.map(({ credits }) => credits),
      );
}
