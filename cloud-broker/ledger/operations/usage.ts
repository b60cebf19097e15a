import { RollcallError } from '../../../protocol/errors.ts';
import { dateOf, dayOf, MAX_OPEN_DAYS, openDays, type UsageState } from '../rules/usage.ts';
import type { WriteContext } from '../../store/commit.ts';
import { closeNextDay } from '../posting.ts';

/** This many devices double the cost of closing a day. */
const DEVICES_A_DAY = 1000;

export interface CloseUsageInput {
  now: number;
  /** Last day to close, in days since 1970. */
  through: number;
  /** Only this domain; null: all. */
  domain: string | null;
  /** Maximum days closed per write, fewer if they have many devices, so that other writers need not wait. */
  most: number;
  /** The operator says so: more than MAX_OPEN_DAYS are closed too; `waive` charges nothing for them. */
  byOperator: { waive: boolean; actor: string } | null;
}

export interface CloseUsagePiece {
  days: number;
  credits: number;
  /** Whether days may still be open. */
  more: boolean;
}

interface Open extends UsageState {
  id: number;
  name: string;
  nextUsageDay: number;
}

/** Domains with an open day, oldest open day first. Closed days are not found again. */
const OPEN = `SELECT id, name, next_usage_day AS nextUsageDay, closing_at AS closingAt, closed_at AS closedAt FROM domains
  WHERE next_usage_day BETWEEN ? AND ? AND closed_at IS NULL AND (closing_at IS NULL OR next_usage_day < closing_at / 86400000)`;
const OPEN_ANYWHERE = `${OPEN} ORDER BY next_usage_day, id LIMIT ?`;
const OPEN_IN_ONE = `${OPEN} AND name = ? LIMIT ?`;

/**
 * L6: closes a batch of the open days up to `through`. Refuses an unfinished day with `invalid-request`. Closing again finds nothing open; two
 * callers that close the same day take turns in the writer, and the second finds it closed.
 */
export async function closeUsage(context: WriteContext, input: CloseUsageInput): Promise<CloseUsagePiece> {
  const { now, through, byOperator, most } = input;
  const today = dayOf(now);
  if (through >= today) throw new RollcallError('invalid-request', { reason: 'day-not-over', date: dateOf(through) });
  const from = byOperator === null ? today - MAX_OPEN_DAYS : 0;
  const found =
    input.domain === null
      ? await context.tx.all<Open>(OPEN_ANYWHERE, from, through, most)
      : await context.tx.all<Open>(OPEN_IN_ONE, from, through, input.domain, most);
  const piece: CloseUsagePiece = { days: 0, credits: 0, more: false };
  let spent = 0;
  for (const domain of found) {
    const open = Math.min(openDays(domain, now), through - domain.nextUsageDay + 1);
    const closed = { days: 0, credits: 0 };
    while (closed.days < open && spent < most) {
      const { devices, charged } = await closeNextDay(context, domain, { now, waive: byOperator?.waive === true });
      spent += 1 + devices / DEVICES_A_DAY;
      closed.days += 1;
      closed.credits += charged;
    }
    if (closed.days === 0) break;
    piece.more = true;
    piece.days += closed.days;
    piece.credits += closed.credits;
    if (byOperator !== null) noteOperator(context, domain, closed, { now, ...byOperator });
  }
  return piece;
}

/** A3: the daily close is its own record; an operator's decision needs an audit row. */
function noteOperator(
  context: WriteContext,
  domain: Open,
  closed: { days: number; credits: number },
  by: { now: number; waive: boolean; actor: string },
): void {
  context.audit({
    domainId: domain.id,
    at: by.now,
    actor: by.actor,
    action: by.waive ? 'usage.waived' : 'usage.closed',
    subject: domain.name,
    details: { from: dateOf(domain.nextUsageDay), ...closed },
  });
}
