import type { StoredEvent } from '../context.ts';
import type { Sql } from '../sql.ts';

/** Events of one domain after `id`, oldest first, at most `limit`. */
export function eventsAfter(sql: Sql, domainId: number, id: number, limit: number): StoredEvent[] {
  const rows = sql.all<{ id: number; domainId: number; at: number; type: string; data: string }>(
    'SELECT id, domain_id AS domainId, at, type, data FROM events WHERE domain_id = ? AND id > ? ORDER BY id LIMIT ?',
    domainId,
    id,
    limit,
  );
  return rows.map((row) => ({ ...row, data: JSON.parse(row.data) as unknown }) as StoredEvent);
}

/** Id of the newest event of any domain; 0 before the first one. */
export function newestEventId(sql: Sql): number {
  return sql.get<{ id: number | null }>('SELECT max(id) AS id FROM events')?.id ?? 0;
}

/** Whether everything after `id` is still there, and not more than `most` events of this domain: else a list must be read anew. */
export function canResumeAfter(sql: Sql, domainId: number, id: number, most: number): boolean {
  const oldest = sql.get<{ id: number | null }>('SELECT min(id) AS id FROM events')?.id ?? null;
  const newest = newestEventId(sql);
  if (id > newest || (oldest !== null && id < oldest - 1)) return false;
  return (
    sql.get('SELECT 1 AS more FROM events WHERE domain_id = ? AND id > ? ORDER BY id LIMIT 1 OFFSET ?', domainId, id, most) ===
    null
  );
}
