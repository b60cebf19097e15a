import type { StoredEvent } from './effects.ts';
import type { Reads } from './tx.ts';

/** Events of one domain after `id`, oldest first, at most `limit`. */
export async function eventsAfter(tx: Reads, domainId: number, id: number, limit: number): Promise<StoredEvent[]> {
  const rows = await tx.all<{ id: number; domainId: number; at: number; type: string; data: string }>(
    'SELECT number AS id, domain_id AS domainId, at, type, data FROM events WHERE domain_id = ? AND number > ? ORDER BY number LIMIT ?',
    domainId,
    id,
    limit,
  );
  return rows.map((row) => ({ ...row, data: JSON.parse(row.data) as unknown }) as StoredEvent);
}

/** Id of a domain's newest event, whether or not it is still kept; 0 before the first one. */
export async function newestEventId(tx: Reads, domainId: number): Promise<number> {
  return (
    (await tx.get<{ newest: number }>("SELECT newest FROM counters WHERE what = 'events' AND domain_id = ?", domainId))?.newest ??
    0
  );
}

/** Whether everything after `id` is still kept, and is at most `most` events of this domain: otherwise a list must be read anew. */
export async function canResumeAfter(tx: Reads, domainId: number, id: number, most: number): Promise<boolean> {
  const newest = await newestEventId(tx, domainId);
  if (id >= newest) return id === newest;
  // The oldest are deleted first: if the next one is still kept, so are all later ones.
  const oldest = (await tx.get<{ id: number | null }>('SELECT min(number) AS id FROM events WHERE domain_id = ?', domainId))?.id;
  if (oldest === undefined || oldest === null || oldest > id + 1) return false;
  return (
    (await tx.get(
      'SELECT 1 AS more FROM events WHERE domain_id = ? AND number > ? ORDER BY number LIMIT 1 OFFSET ?',
      domainId,
      id,
      most,
    )) === null
  );
}
