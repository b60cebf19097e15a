import type { WriteContext } from '../../store/commit.ts';
import { deleteDevices } from '../../devices/changes.ts';
import type { EndWithDomain } from '../../domains/operations/closing.ts';
import type { DomainRow } from '../../domains/rows.ts';
import { unenrol } from './unenrol.ts';

async function endDevices(context: WriteContext, domain: DomainRow, at: number, most: number): Promise<boolean> {
  const devices = await context.tx.all<{ id: string }>(
    "SELECT id FROM devices WHERE domain_id = ? AND state <> 'unenrolled' AND state = 'enrolled' LIMIT ?",
    domain.id,
    most,
  );
  for (const { id } of devices) await unenrol(context, { now: at, id, domainId: domain.id, actor: 'system', address: null });
  return devices.length > 0;
}

async function endWaiting(context: WriteContext, domain: DomainRow, at: number, most: number): Promise<boolean> {
  const waiting = await deleteDevices(
    context.tx,
    "id IN (SELECT id FROM devices WHERE domain_id = ? AND state <> 'unenrolled' AND state = 'pending' LIMIT ?)",
    [domain.id, most],
  );
  for (const row of waiting) {
    context.emitRemoved(domain.id, at, row);
    context.decided(domain.id, row.keyFingerprint);
  }
  return waiting.length > 0;
}

async function endBlocks(context: WriteContext, domain: DomainRow, _at: number, most: number): Promise<boolean> {
  return (
    (await context.tx.run(
      'DELETE FROM blocks WHERE id IN (SELECT id FROM blocks WHERE domain_id = ? LIMIT ?)',
      domain.id,
      most,
    )) > 0
  );
}

/** D8: devices, waiting rows and blocks of a domain that closes. */
export const endEnrolments: readonly EndWithDomain[] = [endDevices, endWaiting, endBlocks];
