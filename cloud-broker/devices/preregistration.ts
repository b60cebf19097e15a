import { serialKey } from '../../protocol/text.ts';
import type { ImportRow, ImportVerdict } from '../../protocol/api-import.ts';
import type { WriteContext } from '../store/commit.ts';
import type { Reads } from '../store/tx.ts';
import { updateDevices } from './changes.ts';

/** Maximum number of expected displays per domain with labels or tags. */
export const MAX_EXPECTED = 100_000;

interface Named {
  label: string | null;
  /** JSON array of strings. */
  tags: string | null;
}

export interface Judged {
  verdict: ImportVerdict;
  deviceId: string | null;
  before: Named | null;
  /** State after the change. */
  after: Named;
}

/**
 * Applies one line to the enrolled device with this serial number, otherwise to the entry that waits for it. A serial number that does not identify a
 * board (E12) may be shared, so it matches no device.
 */
export async function judge(tx: Reads, domainId: number, row: ImportRow, mayWait: boolean): Promise<Judged> {
  const key = serialKey(row.serial);
  const device = await tx.get<{ id: string; label: string; tags: string }>(
    "SELECT id, label, tags FROM devices WHERE serial_key = ? AND domain_id = ? AND state = 'enrolled' AND identity <> 'key'",
    key,
    domainId,
  );
  const expected =
    device === null
      ? await tx.get<Named>('SELECT label, tags FROM expected_devices WHERE domain_id = ? AND serial_key = ?', domainId, key)
      : null;
  const before = device === null ? expected : { label: device.label, tags: device.tags };
  const tags = row.tags === undefined ? undefined : JSON.stringify([...new Set(row.tags)]);
  // Spreadsheets strip surrounding whitespace: a re-imported export must change nothing.
  const isSameLabel = row.label === undefined || row.label.trim() === before?.label?.trim();
  const after = { label: (isSameLabel ? before?.label : row.label) ?? null, tags: tags ?? before?.tags ?? null };
  const isSame =
    (before !== null && before.label === after.label && before.tags === after.tags) ||
    (device === null && (await isListed(tx, domainId, key, row.label, tags)));
  const verdict = isSame ? 'unchanged' : device !== null ? 'changed' : expected === null && !mayWait ? 'too-many' : 'waits';
  return { verdict, deviceId: device?.id ?? null, before, after };
}

/**
 * Whether a device that waits for approval, or whose serial number is shared, is already listed with these values: re-importing its export then
 * changes nothing.
 */
async function isListed(
  tx: Reads,
  domainId: number,
  key: string,
  label: string | undefined,
  tags: string | undefined,
): Promise<boolean> {
  const listed = await tx.get(
    `SELECT 1 FROM devices WHERE serial_key = ?1 AND domain_id = ?2 AND state IN ('pending', 'enrolled')
     AND trim(label) = coalesce(?3, trim(label)) AND tags = coalesce(?4, tags)`,
    key,
    domainId,
    label?.trim() ?? null,
    tags ?? null,
  );
  return listed !== null;
}

export async function expectedCount(tx: Reads, domainId: number): Promise<number> {
  return (
    (await tx.get<{ total: number }>('SELECT count(*) AS total FROM expected_devices WHERE domain_id = ?', domainId))?.total ?? 0
  );
}

/** Gives a newly enrolled device the label and tags that waited for it, once. The `device.enrolled` record includes them. */
export async function takeExpected(
  context: WriteContext,
  domainId: number,
  deviceId: string,
): Promise<(Named & { hadTags: string }) | null> {
  const { tx } = context;
  const expected = await tx.get<Named & { serialKey: string; hadTags: string }>(
    `SELECT e.serial_key AS serialKey, e.label, e.tags, d.tags AS hadTags FROM devices d JOIN expected_devices e ON e.domain_id = ?1 AND e.serial_key = d.serial_key
     WHERE d.id = ?2`,
    domainId,
    deviceId,
  );
  if (expected === null) return null;
  const { serialKey: key, ...named } = expected;
  await updateDevices(tx, 'label = coalesce(?, label), tags = coalesce(?, tags)', [named.label, named.tags], 'id = ?', [
    deviceId,
  ]);
  tx.send('DELETE FROM expected_devices WHERE domain_id = ? AND serial_key = ?', domainId, key);
  return named;
}
