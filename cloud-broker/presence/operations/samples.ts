import { HISTORY_MS } from '../rules/spans.ts';
import type { WriteContext } from '../../store/commit.ts';

/** Domains per transaction, so that other writes do not wait long. */
const PIECE = 500;

const counted = (status: string): string =>
  `coalesce((SELECT devices FROM device_counts WHERE domain_id = d.id AND tag = '' AND status = '${status}'), 0)`;
const LAST = 'SELECT online, late, offline, never FROM presence_samples WHERE domain_id = d.id ORDER BY at DESC LIMIT 1';

/**
 * Records, for the next domains after `after`, how many devices have each status, if that differs from the last sample. Returns where to continue, or
 * null when all domains are done. Samples older than 90 days are deleted, except the last of them: it gives the counts at the start of the 90 days.
 */
export async function samplePresence(
  context: WriteContext,
  { now, after }: { now: number; after: number },
): Promise<number | null> {
  const { tx } = context;
  const last = await tx.get<{ id: number; domains: number }>(
    'SELECT max(id) AS id, count(*) AS domains FROM (SELECT id FROM domains WHERE id > ? ORDER BY id LIMIT ?) piece',
    after,
    PIECE,
  );
  if (last === null || last.domains === 0) return null;
  tx.send(
    `INSERT INTO presence_samples (domain_id, at, online, late, offline, never)
     SELECT id, ?1, online, late, offline, never FROM (
       SELECT d.id, ${counted('online')} AS online, ${counted('late')} AS late, ${counted('offline')} AS offline, ${counted('never')} AS never
       FROM domains d WHERE d.id > ?2 AND d.id <= ?3) d
     WHERE NOT EXISTS (SELECT 1 FROM (${LAST}) l WHERE (l.online, l.late, l.offline, l.never) = (d.online, d.late, d.offline, d.never))
       AND (online + late + offline + never > 0 OR EXISTS (SELECT 1 FROM presence_samples WHERE domain_id = d.id))
     ON CONFLICT (domain_id, at) DO UPDATE SET online = excluded.online, late = excluded.late, offline = excluded.offline, never = excluded.never`,
    now,
    after,
    last.id,
  );
  tx.send(
    `DELETE FROM presence_samples WHERE domain_id > ?2 AND domain_id <= ?3 AND at < (
       SELECT max(s.at) FROM presence_samples s WHERE s.domain_id = presence_samples.domain_id AND s.at <= ?1)`,
    now - HISTORY_MS,
    after,
    last.id,
  );
  return last.domains < PIECE ? null : last.id;
}
