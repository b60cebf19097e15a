/**
 * Every change to what lists and alerts read of a device goes through this file. It changes the row and, in the same transaction, everything that is derived from it: the counts of lists
 * (`device_counts`), the rows behind the list of a tag (`device_tags`), and the signals that alerts read (`alert_signals`).
 */
import { rowType, type RowIn } from '../store/row-type.ts';
import type { Parameter, Tx } from '../store/tx.ts';

const LISTED = rowType('', {
  id: 'text',
  domainId: 'integer',
  state: ['pending', 'enrolled', 'unenrolled'],
  status: 'text',
  label: 'text',
  /** JSON list. */
  tags: 'text',
  enrolledAt: 'integer?',
  unenrolledAt: 'integer?',
  pendingCode: 'text?',
  firstAskedAt: 'integer?',
});
/** The columns that other data is derived from. */
export type Listed = RowIn<typeof LISTED>;

export interface Change {
  /** Null: the row is new. */
  before: Listed | null;
  /** Null: the row is gone. */
  after: Listed | null;
}

/** Sets columns of all devices that match `where`, whose parameters are `of`. */
export async function updateDevices(
  tx: Tx,
  set: string,
  values: readonly Parameter[],
  where: string,
  of: readonly Parameter[],
): Promise<{ before: Listed; after: Listed }[]> {
  const former = await LISTED.all(tx, `SELECT ${LISTED.columns} FROM devices WHERE ${where}`, ...of);
  if (former.length === 0) return [];
  const updated = await LISTED.all(tx, `UPDATE devices SET ${set} WHERE ${where} RETURNING ${LISTED.columns}`, ...values, ...of);
  const found = new Map(updated.map((row) => [row.id, row]));
  const changes = former.flatMap((before) => {
    const after = found.get(before.id);
    return after === undefined ? [] : [{ before, after }];
  });
  updateDerived(tx, changes);
  return changes;
}

/** Deletes all devices that match `where`, whose parameters are `of`. Returns them as they were. */
export async function deleteDevices(
  tx: Tx,
  where: string,
  of: readonly Parameter[],
): Promise<(Listed & { keyFingerprint: string })[]> {
  const gone = await tx.all<Listed & { keyFingerprint: string }>(
    `DELETE FROM devices WHERE ${where} RETURNING ${LISTED.columns}, key_fingerprint AS keyFingerprint`,
    ...of,
  );
  updateDerived(
    tx,
    gone.map((before) => ({ before, after: null })),
  );
  return gone;
}

/** Gives an enrolled device a new status; null if it has that status already. The caller passes the changes to `updateDerived`, many at once. */
export async function setStatus(
  tx: Tx,
  id: string,
  status: string,
  since: number,
): Promise<{ before: Listed; after: Listed } | null> {
  const before = await LISTED.get(
    tx,
    `SELECT ${LISTED.columns} FROM devices WHERE id = ? AND state = 'enrolled' AND status <> ?`,
    id,
    status,
  );
  if (before === null) return null;
  tx.send('UPDATE devices SET status = ?, status_since = ? WHERE id = ?', status, since, id);
  return { before, after: { ...before, status } };
}

/** Updates what is derived from rows that have changed. */
export function updateDerived(tx: Tx, changes: readonly Change[]): void {
  const counts = new Counts();
  for (const change of changes) {
    const { before, after } = change;
    const [had, has] = [tagsOf(before), tagsOf(after)];
    if (before?.status !== after?.status || before?.state !== after?.state || before?.tags !== after?.tags) {
      counts.add(before, had, -1);
      counts.add(after, has, 1);
    }
    if (had.length > 0 || has.length > 0) retag(tx, change, has);
    const signal = signalOf(change);
    if (signal !== null) tx.send(SIGNAL, ...signal);
  }
  counts.store(tx);
}

/** The tags whose lists show the device: none once it is unenrolled. */
function tagsOf(row: Listed | null): string[] {
  if (row === null || row.tags === '[]' || row.state === 'unenrolled') return [];
  return [...new Set(JSON.parse(row.tags) as string[])];
}

function retag(tx: Tx, { before, after }: Change, tags: readonly string[]): void {
  if (before !== null && after !== null && tags.length > 0 && before.tags === after.tags && before.state !== 'unenrolled') {
    if (before.status === after.status && before.label === after.label && before.enrolledAt === after.enrolledAt) return;
    tx.send(
      'UPDATE device_tags SET status = ?, label = ?, enrolled_at = ? WHERE device_id = ?',
      after.status,
      after.label,
      after.enrolledAt,
      after.id,
    );
    return;
  }
  if (before !== null) tx.send('DELETE FROM device_tags WHERE device_id = ?', before.id);
  if (after !== null && tags.length > 0)
    tx.sendRows(
      'device_tags (device_id, tag, domain_id, status, label, enrolled_at)',
      tags.map((tag) => [after.id, tag, after.domainId, after.status, after.label, after.enrolledAt]),
    );
}

const MORE = `INSERT INTO device_counts (domain_id, tag, status, devices) VALUES (?, ?, ?, ?)
  ON CONFLICT (domain_id, tag, status) DO UPDATE SET devices = device_counts.devices + excluded.devices`;
const FEWER = 'UPDATE device_counts SET devices = devices - ? WHERE domain_id = ? AND tag = ? AND status = ?';
const NONE = "DELETE FROM device_counts WHERE domain_id = ? AND tag = ? AND status = ? AND devices = 0 AND tag <> ''";

/** Collects changes of counts, so that each count is updated once, however many devices change it. */
class Counts {
  private readonly by = new Map<string, { of: [domainId: number, tag: string, status: string]; devices: number }>();

  /** Tag '' stands for all devices; no real tag is empty. */
  add(row: Listed | null, tags: readonly string[], devices: 1 | -1): void {
    if (row === null || row.state === 'unenrolled') return;
    for (const tag of ['', ...tags]) {
      const key = `${row.domainId} ${row.status} ${tag}`;
      const count = this.by.get(key);
      if (count === undefined) this.by.set(key, { of: [row.domainId, tag, row.status], devices });
      else count.devices += devices;
    }
  }

  store(tx: Tx): void {
    for (const { of, devices } of this.by.values()) {
      if (devices > 0) tx.send(MORE, ...of, devices);
      if (devices >= 0) continue;
      tx.send(FEWER, -devices, ...of);
      if (of[1] !== '') tx.send(NONE, ...of);
    }
  }
}

const SIGNAL = 'INSERT INTO alert_signals (domain_id, device_id, kind, at) VALUES (?, ?, ?, ?)';

/** P7: what alerts must hear of. The time is null if the row does not hold it; it is set a few seconds later, when the signal is read. */
function signalOf({ before, after }: Change): [domainId: number, id: string, kind: string, at: number | null] | null {
  const row = after ?? before;
  if (row === null) return null;
  const signal = (kind: string, at: number | null): [number, string, string, number | null] => [row.domainId, row.id, kind, at];
  const waits = row.pendingCode === 'key-changed' ? 'key-changed' : 'waits';
  if (before === null) return row.state === 'pending' ? signal(waits, row.firstAskedAt) : null;
  if (before.state === 'pending' && after?.state !== 'pending') return signal('decided', null);
  if (before.state === 'enrolled' && after?.state === 'unenrolled') return signal('left', after.unenrolledAt);
  return row.pendingCode !== null && row.pendingCode !== before.pendingCode ? signal(waits, null) : null;
}
