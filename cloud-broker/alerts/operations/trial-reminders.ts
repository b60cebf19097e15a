import { domainStatus } from '../../domains/rules/status.ts';
import { dueReminder, REMINDED_WITHIN_MS, type ReminderDays } from '../rules/reminders.ts';
import { mailedDomain, raiseLevel } from '../levels.ts';
import type { WriteContext } from '../../store/commit.ts';

/** Domains per transaction, so that other writes do not wait long. */
const DOMAINS_AT_ONCE = 200;

interface TrialRow {
  id: number;
  activatedAt: number;
  trialEndsAt: number;
  closingAt: number | null;
  closedAt: number | null;
  credited: 0 | 1;
  balance: number;
  /** The nearest reminder sent so far. */
  reminded: ReminderDays | null;
}

/** Where the last call stopped. */
export interface TrialCursor {
  trialEndsAt: number;
  id: number;
}

/**
 * D3: records which trials are reminded of their end, with the e-mails, in one transaction, so that each reminder is sent at most once. Returns where
 * to continue, or null when all are done.
 */
export async function remindTrials(
  context: WriteContext,
  input: { now: number; after: TrialCursor | null },
): Promise<TrialCursor | null> {
  const { now } = input;
  const after = input.after ?? { trialEndsAt: now, id: 0 };
  const rows = await context.tx.all<TrialRow>(
    `SELECT d.id, d.activated_at AS activatedAt, d.trial_ends_at AS trialEndsAt, d.closing_at AS closingAt,
       d.closed_at AS closedAt, d.credited, coalesce(h.balance, 0) AS balance,
       (SELECT min(r.days) FROM trial_reminders r WHERE r.domain_id = d.id) AS reminded
     FROM domains d LEFT JOIN ledger_heads h ON h.domain_id = d.id
     WHERE (d.trial_ends_at, d.id) > (?, ?) AND d.trial_ends_at <= ? ORDER BY d.trial_ends_at, d.id LIMIT ?`,
    after.trialEndsAt,
    after.id,
    now + REMINDED_WITHIN_MS,
    DOMAINS_AT_ONCE,
  );
  for (const row of rows) await remind(context, row, now);
  const last = rows.at(-1);
  return last === undefined || rows.length < DOMAINS_AT_ONCE ? null : { trialEndsAt: last.trialEndsAt, id: last.id };
}

async function remind(context: WriteContext, row: TrialRow, now: number): Promise<void> {
  const { id, trialEndsAt, closingAt, reminded } = row;
  const status = domainStatus({ ...row, credited: row.credited === 1 }, row.balance, now);
  const days = dueReminder({ status, trialEndsAt, isClosing: closingAt !== null, reminded }, now);
  if (days === null) return;
  context.tx.send('INSERT INTO trial_reminders (domain_id, days, at) VALUES (?, ?, ?)', id, days, now);
  await raiseLevel(context, await mailedDomain(context.tx, id), 'trial', days, now);
}
