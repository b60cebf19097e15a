import type { Reads } from '../../store/tx.ts';
import type { Kind } from './search-tally.ts';

/** A group with fewer displays that is dark is rather a few displays that are off. */
const FEWEST_DARK = 3;

/** The tags of most devices, and how many tags and devices there are beside them; a device counts once a tag. */
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
 * Tags whose displays are all offline, those never heard aside, while at least half of the domain is there: where everything is
 * off it is night, and no group of its own is dark. The largest first.
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
