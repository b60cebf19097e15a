import { serialKey } from '../../../protocol/text.ts';
import type { ImportRow } from '../../../protocol/api-import.ts';
import { RollcallError } from '../../../protocol/errors.ts';
import type { WriteContext } from '../../store/commit.ts';
import { domainById, statusOf } from '../../domains/rows.ts';
import { expectedCount, judge, MAX_EXPECTED, type Judged } from '../preregistration.ts';
import type { ChangeRequest } from '../../store/change-request.ts';
import { changeDevice } from './devices.ts';

/**
 * Labels and tags by serial number: existing devices are changed; for the others, the values wait until they enrol. Refuses all with
 * `domain-disabled` (D5).
 */
export async function importNames(context: WriteContext, input: ChangeRequest & { rows: ImportRow[] }): Promise<Judged[]> {
  const { tx } = context;
  const { rows, ...asked } = input;
  const domain = await domainById(tx, input.domainId);
  if (domain === null) throw new RollcallError('not-found');
  if (statusOf(domain, input.now) === 'disabled') throw new RollcallError('domain-disabled');
  let room = MAX_EXPECTED - (await expectedCount(tx, input.domainId));
  let waiting = 0;
  const judged: Judged[] = [];
  for (const row of rows) {
    const one = await judge(tx, input.domainId, row, room > 0);
    if (one.verdict === 'changed' && one.deviceId !== null) {
      const tags = row.tags === undefined ? null : [...new Set(row.tags)];
      await changeDevice(context, { ...asked, id: one.deviceId, label: row.label === undefined ? null : one.after.label, tags });
    } else if (one.verdict === 'waits') {
      if (one.before === null) room -= 1;
      waiting += 1;
      tx.send(
        `INSERT INTO expected_devices (domain_id, serial_key, serial, label, tags, uploaded_at) VALUES (?, ?, ?, ?, ?, ?)
         ON CONFLICT (domain_id, serial_key) DO UPDATE SET serial = excluded.serial, label = excluded.label, tags = excluded.tags, uploaded_at = excluded.uploaded_at`,
        input.domainId,
        serialKey(row.serial),
        row.serial.trim(),
        one.after.label,
        one.after.tags,
        input.now,
      );
    }
    judged.push(one);
  }
  if (waiting > 0) audit(context, asked, 'expected.uploaded', domain.name, waiting);
  return judged;
}

/** Deletes all entries that still wait. */
export async function forgetExpected(context: WriteContext, input: ChangeRequest): Promise<{ forgotten: number }> {
  const domain = await domainById(context.tx, input.domainId);
  if (domain === null) throw new RollcallError('not-found');
  const forgotten = await context.tx.run('DELETE FROM expected_devices WHERE domain_id = ?', input.domainId);
  if (forgotten > 0) audit(context, input, 'expected.forgotten', domain.name, forgotten);
  return { forgotten };
}

function audit(
  context: WriteContext,
  { domainId, now: at, actor, address }: ChangeRequest,
  action: string,
  subject: string,
  displays: number,
): void {
  context.audit({ domainId, at, actor, address, action, subject, details: { displays } });
}
