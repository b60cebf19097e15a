import type { Reads } from '../../store/tx.ts';
import type { Kind } from './search-tally.ts';

/** Below this size, a dark group is more likely just a few displays that are switched off. */
const FEWEST_DARK = 3;

/** The tags with the most devices, and the number of other tags and their devices; a device counts once for each of its tags. */
export async function tagKinds(
  tx: Reads,
  domainId: number,
  most: number,
): Promise<{ items: Kind[]; others: { kinds: number; devices: number } }> {
  const items = await tx.all<Kind>(
    `SELECT tag AS value, sum(devices) AS devices, sum(CASE status WHEN 'online' THEN devices ELSE 0 END) AS online FROM device_counts
     WHERE domain_id = ? AND tag <> '' GROUP BY tag ORDER BY sum(devices) DESC, tag LIMIT ?`,
    domainId,
    most,
  );
  const all = (await tx.get<{ kinds: number; devices: number }>(
    "SELECT count(DISTINCT tag) AS kinds, coalesce(sum(devices), 0) AS devices FROM device_counts WHERE domain_id = ? AND tag <> ''",
    domainId,
  )) ?? { kinds: 0, devices: 0 };
  const named = items.reduce((sum, { devices }) => sum + devices, 0);
  return { items, others: { kinds: all.kinds - items.length, devices: all.devices - named } };
}

/**
 * Tags whose displays are all offline (ignoring those never heard), if at least half of the domain is online or late: when most displays are off, it
 * is probably night, and no single group is dark. Largest first.
 */
export async function darkTags(tx: Reads, domainId: number, most: number): Promise<{ tag: string; offline: number }[]> {
  const there = await tx.get<{ isDay: number }>(
    `SELECT sum(CASE status WHEN 'offline' THEN -devices ELSE devices END) >= 0 AS isDay FROM device_counts
     WHERE domain_id = ? AND tag = '' AND status IN ('online', 'late', 'offline')`,
    domainId,
  );
  if (there?.isDay !== 1) return [];
  return await tx.all<{ tag: string; offline: number }>(
    `SELECT tag, sum(devices) AS offline FROM device_counts WHERE domain_id = ? AND tag <> '' AND status IN ('online', 'late', 'offline')
     GROUP BY tag HAVING count(*) FILTER (WHERE status <> 'offline') = 0 AND sum(devices) >= ? ORDER BY sum(devices) DESC, tag LIMIT ?`,
    domainId,
    FEWEST_DARK,
    most,
  );
}
