import * as z from 'zod';
import type { AuditPage, AuditRow } from '../../protocol/api-audit.ts';
import type { Reads } from '../store/tx.ts';
import { decodeCursor, END, isoTime, pageOf, type PageRequest } from '../store/paging.ts';
import { byIndex, notBeginning } from '../store/dialect.ts';

interface StoredRow {
  /** Number within the domain. */
  number: number;
  at: number;
  actor: string;
  address: string | null;
  action: string;
  subject: string;
  details: string;
  correlationId: string | null;
}

const COLUMNS = 'number, at, actor, address, action, subject, details, correlation_id AS correlationId';
const OF_DOMAIN = `SELECT ${COLUMNS} FROM audit WHERE domain_id = ?1 AND number < ?2 ORDER BY number DESC LIMIT ?3`;

/** Ids whose text is in [?4, ?5), from a dedicated covering index: no row is read that is not shown. */
const begins = (column: string, where = ''): string =>
  `SELECT id FROM ${byIndex('audit', `audit_by_${column}`)} WHERE domain_id = ?1 AND ${column} >= ?4 AND ${column} < ?5 ${where}`;
/** One statement; a test checks that an index answers each of its parts. */
export const AUDIT_SEARCH = `SELECT ${COLUMNS} FROM audit WHERE id IN (
  SELECT id FROM (
    ${begins('subject')} UNION ${begins('action')} UNION ${begins('actor', `AND ${notBeginning('actor', 'device:')}`)}
    UNION SELECT id FROM ${byIndex('audit', 'audit_by_correlation')} WHERE domain_id = ?1 AND correlation_id = ?6 AND correlation_id IS NOT NULL
  ) found WHERE id < ?2 ORDER BY id DESC LIMIT ?3
) ORDER BY id DESC`;

const place = z.int().min(1);

/** The id of the domain's n-th row: what the indexes of a search are in the order of. */
async function idOf(tx: Reads, domainId: number, number: number): Promise<number> {
  const row = await tx.get<{ id: number }>('SELECT id FROM audit WHERE domain_id = ? AND number = ?', domainId, number);
  return row?.id ?? Number.MAX_SAFE_INTEGER;
}

export interface AuditRequest extends PageRequest {
  q?: string | undefined;
}

/** A3: a domain's changes, newest first; with `q`, those whose subject, actor or action begins with it, or whose correlation id matches. */
export async function listAudit(tx: Reads, domainId: number, request: AuditRequest): Promise<AuditPage> {
  const before = decodeCursor(request.cursor, place) ?? Number.MAX_SAFE_INTEGER;
  const typed = request.q?.trim() ?? '';
  // Actions of a display on itself are found by its own id.
  const q = typed.replace(/^device:(?=.)/, '');
  const rows =
    typed === ''
      ? await tx.all<StoredRow>(OF_DOMAIN, domainId, before, request.limit + 1)
      : await tx.all<StoredRow>(
          AUDIT_SEARCH,
          domainId,
          await idOf(tx, domainId, before),
          request.limit + 1,
          q,
          q + END,
          typed.toUpperCase(),
        );
  const { items, nextCursor } = pageOf(rows, request.limit, (last) => last.number);
  return { items: items.map(presentAuditRow), nextCursor };
}

function presentAuditRow({ number, at, details, ...row }: StoredRow): AuditRow {
  return { id: String(number), at: isoTime(at), details: JSON.parse(details) as Record<string, unknown>, ...row };
}
