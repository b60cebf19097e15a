import type { StoredEvent } from '../effects.ts';
import type { Sql } from '../sql.ts';

/** Events of one domain after `id`, oldest first, at most `limit`. */
export function eventsAfter(sql: Sql, domainId: number, id: number, limit: number): StoredEvent[] {
  const rows = sql.all<{ id: number; domainId: number; at: number; type: string; data: string }>(
    'SELECT number AS id, domain_id AS domainId, at, type, data FROM events WHERE domain_id = ? AND number > ? ORDER BY number LIMIT ?',
    domainId,
    id,
    limit,
  );
  return rows.map((row) => ({ ...row, data: JSON.parse(row.data) as unknown }) as StoredEvent);
}

/** Id of the newest event of a domain, whether or not it is still kept; 0 before the first one. */
export function newestEventId(sql: Sql, domainId: number): number {
  return (
    sql.get<{ newest: number }>("SELECT newest FROM counters WHERE what = 'events' AND domain_id = ?", domainId)?.newest ?? 0
  );
}

/** Whether everything after `id` is still there, and not more than `most` events of this domain: else a list must be read anew. */
export function canResumeAfter(sql: Sql, domainId: number, id: number, most: number): boolean {
  const newest = newestEventId(sql, domainId);
  if (id >= newest) return id === newest;
  // The oldest go first: where one up to the next is kept, all after it are.
  const oldest = sql.get<{ id: number | null }>('SELECT min(number) AS id FROM events WHERE domain_id = ?', domainId)?.id;
  if (oldest === undefined || oldest === null || oldest > id + 1) return false;
  return (
    sql.get(
      'SELECT 1 AS more FROM events WHERE domain_id = ? AND number > ? ORDER BY number LIMIT 1 OFFSET ?',
      domainId,
      id,
      most,
    ) === null
  );
}
