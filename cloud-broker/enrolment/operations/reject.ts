import { RollcallError } from '../../../protocol/errors.ts';
import type { WriteContext } from '../../store/commit.ts';
import { newPublicId } from '../../store/public-id.ts';
import { deleteDevices } from '../../devices/changes.ts';
import type { ChangeRequest } from '../../store/change-request.ts';
import { waitingRow } from './approve.ts';

/** E6: a rejection is kept for 30 days, a block until it is lifted. */
const REJECTION_MS = 30 * 86_400_000;

/** E6: blocks the key, and also the serial number if it identifies a board and no enrolled device has it. */
export async function reject(
  context: WriteContext,
  input: ChangeRequest & { id: string; block: boolean },
): Promise<{ blockId: string }> {
  const { tx } = context;
  const row = await waitingRow(context, input.domainId, input.id);
  const serialTaken =
    row.identity === 'key' ||
    (await tx.get(
      "SELECT 1 AS found FROM devices WHERE domain_id = ? AND serial_key = ? AND state = 'enrolled'",
      input.domainId,
      row.serialKey,
    )) !== null;
  const kind = input.block ? 'blocked' : 'rejected';
  const blockId = newPublicId();
  tx.send(
    'INSERT INTO blocks (public_id, domain_id, kind, key_fingerprint, serial, serial_key, since_at, until_at, actor) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)',
    blockId,
    input.domainId,
    kind,
    row.keyFingerprint,
    row.serial,
    serialTaken ? null : row.serialKey,
    input.now,
    input.block ? null : input.now + REJECTION_MS,
    input.actor,
  );
  const gone = await deleteDevices(tx, 'id = ?', [row.id]);
  context.audit({
    domainId: input.domainId,
    at: input.now,
    actor: input.actor,
    address: input.address,
    action: `device.${kind}`,
    subject: row.id,
    details: { serial: row.serial },
  });
  for (const device of gone) context.emitRemoved(input.domainId, input.now, device);
  context.decided(input.domainId, row.keyFingerprint);
  return { blockId };
}

export async function liftBlock(context: WriteContext, input: ChangeRequest & { blockId: string }): Promise<void> {
  const changed = await context.tx.run('DELETE FROM blocks WHERE public_id = ? AND domain_id = ?', input.blockId, input.domainId);
  if (changed === 0) throw new RollcallError('not-found');
  context.audit({
    domainId: input.domainId,
    at: input.now,
    actor: input.actor,
    address: input.address,
    action: 'block.lifted',
    subject: input.blockId,
  });
}
