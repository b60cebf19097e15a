/** Alerts about the domain itself: its credits and its trial (P7). */
import { alertMails } from './mails.ts';
import { putMail } from '../mail/outbox.ts';
import type { AlertKind, AlertSettings } from '../../protocol/api-alerts.ts';
import type { Language } from '../../protocol/errors.ts';
import { isWanted, verdictOf } from './rules/settings.ts';
import { alertRulesOf } from './rows.ts';
import { nextNumber, type WriteContext } from '../store/commit.ts';
import { billingFigures } from '../billing/queries/billing.ts';
import type { Reads } from '../store/tx.ts';
import { greatest, numbersOf } from '../store/dialect.ts';

/** The domain an alert e-mail is about. */
export interface MailedDomain {
  id: number;
  name: string;
  email: string;
  language: Language;
  closedAt: number | null;
  trialEndsAt: number | null;
  balance: number;
}

export type LevelAlert = 'credits' | 'trial';

export async function mailedDomain(tx: Reads, domainId: number): Promise<MailedDomain> {
  const domain = await tx.get<MailedDomain>(
    `SELECT d.id, d.name, d.email, d.language, d.closed_at AS closedAt, d.trial_ends_at AS trialEndsAt, coalesce(h.balance, 0) AS balance
     FROM domains d LEFT JOIN ledger_heads h ON h.domain_id = d.id WHERE d.id = ?`,
    domainId,
  );
  if (domain === null) throw new Error(`no domain ${domainId}`);
  return domain;
}

/** Mails those of `ids` (a JSON list) that are still open, one e-mail each. */
export async function mailLevel(
  context: WriteContext,
  domain: MailedDomain,
  settings: AlertSettings,
  { ids, at, now }: { ids: string; at: number; now: number },
): Promise<void> {
  const { id: domainId, name, email, language, trialEndsAt, balance: credits } = domain;
  const about = { domainId, recipient: settings.mailbox ?? email, language, secret: null };
  const open = await context.tx.all<{ id: number; kind: LevelAlert; days: number }>(
    `SELECT id, kind, days FROM alerts WHERE id IN ${numbersOf('?')} AND closed_at IS NULL AND kind IN ('credits', 'trial')`,
    ids,
  );
  for (const { id, kind, days } of open) {
    if (kind === 'trial') {
      await putMail(context, alertMails.trialEnding, { ...about, data: { name, days, trialEndsAt: trialEndsAt ?? at } }, now);
    } else {
      const { devices } = await billingFigures(context.tx, domainId);
      await putMail(context, alertMails.creditsLow, { ...about, data: { name, days, credits, devices } }, now);
    }
    context.tx.send(`UPDATE alerts SET mailed_at = ${greatest('raised_at', '?1')}, due_at = NULL WHERE id = ?2`, at, id);
  }
}

export async function closeLevel(context: WriteContext, domainId: number, kind: LevelAlert, now: number): Promise<void> {
  const closed = await context.tx.all<{ id: number }>(
    `UPDATE alerts SET closed_at = ${greatest('raised_at', '?1')}, due_at = NULL WHERE domain_id = ?2 AND kind = ?3 AND closed_at IS NULL RETURNING id`,
    now,
    domainId,
    kind,
  );
  for (const { id } of closed) context.emit(domainId, now, { type: 'alert', data: { alertId: id } });
}

/** When an alert is raised: two of a kind never begin in the same moment, whatever the clock did. */
export async function momentFor(tx: Reads, domainId: number, kind: AlertKind, at: number): Promise<number> {
  const row = await tx.get<{ next: number | null }>(
    'SELECT max(raised_at) + 1 AS next FROM alerts WHERE domain_id = ? AND kind = ? AND raised_at >= ?',
    domainId,
    kind,
    at,
  );
  return row?.next ?? at;
}

/** Fewer than `days` days are left: mailed at once, unless the domain's rules say later or not at all. Replaces the previous alert. */
export async function raiseLevel(
  context: WriteContext,
  domain: MailedDomain,
  kind: LevelAlert,
  days: number,
  now: number,
): Promise<void> {
  const { settings } = await alertRulesOf(context.tx, domain.id);
  await closeLevel(context, domain.id, kind, now);
  if (!isWanted(settings, kind)) return;
  const verdict = verdictOf(settings, now);
  const id = await context.tx.insert(
    'INSERT INTO alerts (domain_id, number, kind, raised_at, since_at, days, due_at) VALUES (?, ?, ?, ?, ?, ?, ?)',
    domain.id,
    await nextNumber(context.tx, 'alerts', domain.id),
    kind,
    await momentFor(context.tx, domain.id, kind, now),
    now,
    days,
    verdict === 'silent' ? null : verdict === 'send' ? now : verdict.until,
  );
  if (verdict === 'send') await mailLevel(context, domain, settings, { ids: JSON.stringify([id]), at: now, now });
  context.emit(domain.id, now, { type: 'alert', data: { alertId: id } });
}
