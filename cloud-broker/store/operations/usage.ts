import { RollcallError } from '../../../protocol/errors.ts';
import { dateOf, dayOf, MOST_OPEN_DAYS } from '../../ledger/usage.ts';
import type { WriteContext } from '../context.ts';
import { closeDays } from '../posting.ts';

export interface CloseUsageInput {
  now: number;
  /** Last day to close, days since 1970. */
  through: number;
  /** Only this domain; null: all. */
  domain: string | null;
  /** Domains with an id above it. */
  after: number;
  /** Days closed in one go at most, so that others who write need not wait. */
  most: number;
  /** The operator says so: more than MOST_OPEN_DAYS are closed too; `waive` charges nothing for them. */
  byOperator: { waive: boolean; actor: string } | null;
}

export interface CloseUsagePiece {
  days: number;
  credits: number;
  /** Where to go on; null when all is done. */
  after: number | null;
}

interface Open {
  id: number;
  name: string;
  nextDay: number;
}

/**
 * L6: closes a piece of the days that are open up to `through`. Refuses a day that is not over with `invalid-request`. Closing again
 * finds nothing open; two who close the same day take turns in the writer, and the second finds it closed.
 */
export function closeUsage(context: WriteContext, input: CloseUsageInput): CloseUsagePiece {
  const { now, through, byOperator } = input;
  const today = dayOf(now);
  if (through >= today) throw new RollcallError('invalid-request', { reason: 'day-not-over', date: dateOf(through) });
  const piece: CloseUsagePiece = { days: 0, credits: 0, after: null };
  const open = context.sql.all<Open>(
    `SELECT id, name, next_usage_day AS nextDay FROM domains WHERE next_usage_day <= ? AND closed_at IS NULL AND id > ?
     AND (? OR next_usage_day >= ?) AND (? IS NULL OR name = ?) ORDER BY id LIMIT ?`,
    through,
    input.after,
    byOperator === null ? 0 : 1,
    today - MOST_OPEN_DAYS,
    input.domain,
    input.domain,
    input.most + 1,
  );
  for (const domain of open) {
    const left = input.most - piece.days;
    const days = through - domain.nextDay + 1;
    if (left === 0) return piece;
    const closed = closeDays(context, domain, Math.min(left, days), { now, waive: byOperator?.waive === true });
    piece.days += closed.days;
    piece.credits += closed.credits;
    if (byOperator !== null)
      context.audit({
        domainId: domain.id,
        at: now,
        actor: byOperator.actor,
        action: byOperator.waive ? 'usage.waived' : 'usage.closed',
        subject: domain.name,
        details: { from: dateOf(domain.nextDay), days: closed.days, credits: closed.credits },
      });
    // A domain whose days are not all closed comes first in the next piece.
    piece.after = days > left ? domain.id - 1 : domain.id;
    if (days > left) return piece;
  }
  if (open.length <= input.most) piece.after = null;
  return piece;
}
