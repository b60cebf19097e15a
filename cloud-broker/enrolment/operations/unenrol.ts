import { RollcallError } from '../../../protocol/errors.ts';
import { endCommands } from '../../device-commands/rows.ts';
import type { WriteContext } from '../../store/commit.ts';
import type { Refused } from '../../devices/operations/selection.ts';
import { updateDevices } from '../../devices/changes.ts';
import { deviceById, deviceOfDomain } from '../../devices/rows.ts';
import { domainById, type DomainRow } from '../../domains/rows.ts';
import { openFromOf, revokeCertificates, stopCompeting } from '../enrolling.ts';
import { takeGrantBack } from '../../register/reversing.ts';
import type { ChangeRequest } from '../../store/change-request.ts';
import { greatest } from '../../store/dialect.ts';

export interface UnenrolInput {
  now: number;
  id: string;
  /** null: requested by the device itself, identified by its certificate. */
  domainId: number | null;
  actor: string;
  address: string | null;
}

/**
 * E9: the certificate is revoked in the same transaction; the history stays; today is the last day charged. E14: a grant from the last 72 h is
 * reversed.
 */
export async function unenrol(context: WriteContext, input: UnenrolInput): Promise<void> {
  const { domain, boardId } = await endEnrolment(context, input);
  if (boardId === null) return;
  const about = { now: input.now, actor: input.actor, reason: null, when: 'second-thoughts' } as const;
  await takeGrantBack(context, domain, boardId, about);
}

/** Like `unenrol`, but the credits the board brought stay in the domain. */
export async function endEnrolment(
  context: WriteContext,
  input: UnenrolInput,
): Promise<{ domain: DomainRow; boardId: number | null }> {
  const { tx } = context;
  const device = input.domainId === null ? await deviceById(tx, input.id) : await deviceOfDomain(tx, input.domainId, input.id);
  const domain = device === null ? null : await domainById(tx, device.domainId);
  if (device === null || domain === null || device.state === 'unenrolled') throw new RollcallError('not-found');
  if (device.state === 'pending') throw new RollcallError('conflict', { reason: 'not-enrolled' });
  const gone = await updateDevices(
    tx,
    "state = 'unenrolled', unenrolled_at = ?, status = 'offline', status_since = ?",
    [input.now, input.now],
    'id = ?',
    [device.id],
  );
  // Not before the last moment of the last closed day, because that day has already counted the device (L6).
  const end = Math.max(input.now, openFromOf(domain) - 1);
  tx.send(
    `UPDATE enrolment_spans SET to_at = ${greatest('from_at', '?1')} WHERE device_id = ?2 AND to_at IS NULL`,
    end,
    device.id,
  );
  await revokeCertificates(context, device.id, input.now);
  await stopCompeting(context, device.domainId, device.id, input.now);
  endCommands(context, device.id, input.now);
  context.audit({
    domainId: device.domainId,
    at: input.now,
    actor: input.actor,
    address: input.address,
    action: 'device.unenrolled',
    subject: device.id,
  });
  for (const { after } of gone) context.emitRemoved(device.domainId, input.now, after);
  return { domain, boardId: device.boardId };
}

/** E9 for each device; devices waiting for approval are refused. */
export async function unenrolSome(
  context: WriteContext,
  { ids, ...asked }: ChangeRequest & { ids: string[] },
): Promise<{ unenrolled: string[]; refused: Refused }> {
  const unenrolled: string[] = [];
  const refused: Refused = [];
  for (const id of ids) {
    const device = await deviceOfDomain(context.tx, asked.domainId, id);
    if (device === null || device.state === 'unenrolled') refused.push({ deviceId: id, reason: 'not-found' });
    else if (device.state === 'pending') refused.push({ deviceId: id, reason: 'not-enrolled' });
    else {
      await unenrol(context, { ...asked, id });
      unenrolled.push(id);
    }
  }
  return { unenrolled, refused };
}
