/** E14, records on unproven grants: how many there were today, and in which domains the boards of an invoice appeared. */
import { dayOf } from '../ledger/rules/usage.ts';
import type { BoardRow } from './rows.ts';
import type { WriteContext } from '../store/commit.ts';
import type { WarningReason } from '../store/effects.ts';
import type { DomainRow } from '../domains/rows.ts';
import type { Reads, Tx } from '../store/tx.ts';
import { insertPlaces } from './schema/unproven.ts';

/** Maximum domains of a split invoice named in a warning. */
const MAX_NAMED = 10;

async function grantsOfDay(tx: Reads, day: number): Promise<number> {
  return (await tx.get<{ grants: number }>('SELECT grants FROM unproven_days WHERE day = ?', day))?.grants ?? 0;
}

/** Unproven grants left for this domain today; `limit`: those of the whole service per day. */
export async function unprovenGrantsLeft(tx: Reads, domain: DomainRow, limit: number, now: number): Promise<number> {
  const today = dayOf(now);
  const ofDomain = domain.unprovenLimit - (domain.unprovenDay === today ? domain.unprovenCount : 0);
  return Math.min(ofDomain, limit - (await grantsOfDay(tx, today)));
}

/** Counts one unproven grant for the domain and the whole service. */
export function countUnproven(context: WriteContext, domainId: number, now: number): void {
  const today = dayOf(now);
  context.tx.send(
    'UPDATE domains SET unproven_count = CASE unproven_day WHEN ? THEN unproven_count + 1 ELSE 1 END, unproven_day = ? WHERE id = ?',
    today,
    today,
    domainId,
  );
  context.tx.send(
    'INSERT INTO unproven_days (day, grants) VALUES (?, 1) ON CONFLICT (day) DO UPDATE SET grants = unproven_days.grants + 1',
    today,
  );
}

/** Whether boards of the same invoice appeared in another domain. Two index lookups, however many boards the invoice has. */
export async function isInvoiceElsewhere(tx: Reads, board: Pick<BoardRow, 'invoice'>, domainId: number): Promise<boolean> {
  if (board.invoice === null) return false;
  const found = await tx.get<{ found: number }>(
    `SELECT EXISTS (SELECT 1 FROM invoice_places WHERE invoice = ?1 AND domain_id < ?2)
      OR EXISTS (SELECT 1 FROM invoice_places WHERE invoice = ?1 AND domain_id > ?2) AS found`,
    board.invoice,
    domainId,
  );
  return found?.found === 1;
}

/** Records that a board is enrolled in the domain, whether it brings anything or not. Warns the operator if that splits its invoice. */
export async function notePlace(context: WriteContext, domain: DomainRow, board: BoardRow, now: number): Promise<void> {
  const { tx } = context;
  if (board.invoice === null || board.factoryPublicKey !== null) return;
  const isNew = await tx.run(
    'INSERT INTO invoice_places (board_id, domain_id, invoice) VALUES (?, ?, ?) ON CONFLICT DO NOTHING',
    board.id,
    domain.id,
    board.invoice,
  );
  if (isNew === 0 || !(await isInvoiceElsewhere(tx, board, domain.id))) return;
  await warn(context, now, {
    reason: 'invoice-split',
    subject: board.invoice,
    details: { invoice: board.invoice, domain: domain.name, domains: await domainsOfInvoice(tx, board.invoice) },
  });
}

/** Names, the oldest domains first, at most MAX_NAMED; from domain to domain, never over all boards of the invoice. */
async function domainsOfInvoice(tx: Reads, invoice: string): Promise<string[]> {
  const rows = await tx.all<{ name: string }>(
    `WITH RECURSIVE places (id, n) AS (
      SELECT min(domain_id), 1 FROM invoice_places WHERE invoice = ?1
      UNION ALL SELECT (SELECT min(domain_id) FROM invoice_places WHERE invoice = ?1 AND domain_id > id), n + 1 FROM places WHERE id IS NOT NULL AND n < ?2
    ) SELECT name FROM places JOIN domains USING (id) ORDER BY n`,
    invoice,
    MAX_NAMED,
  );
  return rows.map(({ name }) => name);
}

/** The board is no longer enrolled in the domain: if it left no grant behind, or with `always`, it counts as never having been there. */
export function forgetPlace(tx: Tx, domainId: number, boardId: number, always: boolean): void {
  tx.send(
    `DELETE FROM invoice_places WHERE board_id = ?1 AND domain_id = ?2 AND (?3 = 1 OR NOT EXISTS (
      SELECT 1 FROM devices WHERE board_id = ?1 AND domain_id = ?2 AND state = 'enrolled'
      UNION ALL SELECT 1 FROM transfers t WHERE t.board_id = ?1 AND t.domain_id = ?2 AND t.kind = 'enrolment'
        AND NOT EXISTS (SELECT 1 FROM transfers r WHERE r.reverses = t.id)))`,
    boardId,
    domainId,
    always ? 1 : 0,
  );
}

/** The register's data on the board changed: another invoice, or a factory key. */
export function placeAnew(tx: Tx, boardId: number): void {
  tx.send('DELETE FROM invoice_places WHERE board_id = ?', boardId);
  tx.send(insertPlaces('board_id = ?1'), boardId);
}

/** A grant is held: warns the operator if the service's limit for today is reached. */
export async function warnOfLimit(context: WriteContext, domain: DomainRow, limit: number, now: number): Promise<void> {
  const today = dayOf(now);
  const grants = await grantsOfDay(context.tx, today);
  if (grants < limit) return;
  await warn(context, now, { reason: 'service-limit', subject: 'service', details: { limit, grants, domain: domain.name } });
}

async function warn(
  context: WriteContext,
  now: number,
  about: { reason: WarningReason; subject: string; details: Record<string, unknown> },
): Promise<void> {
  const { reason, subject, details } = about;
  const isFirst = await context.tx.run(
    `INSERT INTO unproven_warnings (reason, subject, day) VALUES (?, ?, ?)
     ON CONFLICT (reason, subject) DO UPDATE SET day = excluded.day WHERE unproven_warnings.day < excluded.day`,
    reason,
    subject,
    dayOf(now),
  );
  if (isFirst === 0) return;
  context.audit({ domainId: null, at: now, actor: 'service', action: `grants.${reason}`, subject, details });
  context.warned(reason, details);
}
