import { RollcallError } from '../../../protocol/errors.ts';
import { identityOf, type Identity } from '../../devices/rules/identity.ts';
import { grantFor } from '../rules/decide.ts';
import type { ChangeRequest } from '../../store/change-request.ts';
import type { WriteContext } from '../../store/commit.ts';
import { boardBySerial, type BoardRow } from '../../register/rows.ts';
import { deviceOfDomain, devicesOfKey, devicesOfSerial, type DeviceRow } from '../../devices/rows.ts';
import { domainById, statusOf, type DomainRow } from '../../domains/rows.ts';
import { markEnrolled, stopCompeting } from '../enrolling.ts';
import { entitlementOf, isShared } from '../facts.ts';
import { settleDays } from '../../ledger/posting.ts';
import type { Reads } from '../../store/tx.ts';
import { unprovenGrantsLeft, warnOfLimit } from '../../register/unproven.ts';

export interface ApproveInput extends ChangeRequest {
  id: string;
  as: 'replaced' | 'another' | null;
  /** Maximum unproven grants per day for the whole service (E14). */
  unprovenLimit: number;
}

export async function waitingRow(context: WriteContext, domainId: number, id: string): Promise<DeviceRow> {
  const row = await deviceOfDomain(context.tx, domainId, id);
  if (row === null || row.state === 'unenrolled') throw new RollcallError('not-found');
  if (row.state !== 'pending') throw new RollcallError('conflict', { reason: 'already-enrolled' });
  return row;
}

/**
 * E6, E7: an admin's approval is the enrolment. The certificate is issued when that key asks next. Refuses with `not-found`, `domain-disabled` (D5)
 * or `conflict`, with the reason in the details: if a device competes, `as` is required.
 */
export async function approve(context: WriteContext, input: ApproveInput): Promise<{ deviceId: string }> {
  const { tx } = context;
  const row = await waitingRow(context, input.domainId, input.id);
  let domain = await domainById(tx, input.domainId);
  // Finished days are closed first: whether the domain is disabled must not depend on when the daily job ran (L6).
  if (domain !== null && (await settleDays(context, domain, input.now))) domain = await domainById(tx, input.domainId);
  if (domain === null) throw new RollcallError('not-found');
  const listedBoard = await boardBySerial(tx, row.serialKey);
  const source =
    (await tx.get<{ source: 'dmi' }>('SELECT serial_source AS source FROM devices WHERE id = ?', row.id))?.source ?? 'dmi';
  const identity = identityOf(
    { serial: row.serial, serialSource: source },
    { listed: listedBoard !== null, sharedSerial: await isShared(tx, domain.id, row.serialKey) },
  );
  const board = identity === 'listed' ? listedBoard : null;
  const rivals = identity === 'key' ? [] : (await devicesOfSerial(tx, row.serialKey)).filter(({ state }) => state === 'enrolled');
  refuseApproval({ board, rivals, domain });
  const competing = rivals.find(({ domainId }) => domainId === domain.id) ?? null;
  const grant = await grantOf(tx, { board, competing, domain }, input);
  if (statusOf(domain, input.now) === 'disabled' && grant.credits === 0) throw new RollcallError('domain-disabled');

  const target = await targetOf(context, { row, identity, board, competing, domain }, input);
  const key = { fingerprint: row.keyFingerprint, pem: row.publicKey };
  await markEnrolled(context, domain, { ...target, board, key, grant, actor: input.actor, address: input.address }, input.now);
  if (grant.reason === 'held') await warnOfLimit(context, domain, input.unprovenLimit, input.now);
  context.decided(domain.id, row.keyFingerprint);
  return { deviceId: target.id };
}

function refuseApproval(about: { board: BoardRow | null; rivals: DeviceRow[]; domain: DomainRow }): void {
  if (about.board?.factoryPublicKey) throw new RollcallError('conflict', { reason: 'attestation-required' });
  const elsewhere = about.board !== null && about.rivals.some(({ domainId }) => domainId !== about.domain.id);
  if (elsewhere) throw new RollcallError('conflict', { reason: 'enrolled-elsewhere' });
}

/** Credits held for the device stay held when its key is replaced (E14). */
async function grantOf(
  tx: Reads,
  about: { board: BoardRow | null; competing: DeviceRow | null; domain: DomainRow },
  { unprovenLimit, now }: ApproveInput,
): Promise<ReturnType<typeof grantFor>> {
  const { board, competing, domain } = about;
  const listed = board === null ? null : await entitlementOf(tx, board, domain.id);
  const grant = grantFor(listed, await unprovenGrantsLeft(tx, domain, unprovenLimit, now));
  return competing?.grantReason === 'held' && grant.reason === 'granted' ? { credits: 0, reason: 'held' } : grant;
}

/** Which row becomes the device, and what identifies it from now on (E7, E9, E12). */
async function targetOf(
  context: WriteContext,
  about: { row: DeviceRow; identity: Identity; board: BoardRow | null; competing: DeviceRow | null; domain: DomainRow },
  input: ApproveInput,
): Promise<{ id: string; identity: Identity }> {
  const { row, identity, competing, domain } = about;
  if (competing !== null) {
    if (input.as === 'replaced') return { id: competing.id, identity };
    if (input.as === null) throw new RollcallError('conflict', { reason: 'say-replaced-or-another', competesWith: competing.id });
    if (identity === 'listed')
      throw new RollcallError('conflict', { reason: 'listed-serial-is-one-board', competesWith: competing.id });
    shareSerial(context, domain.id, row.serialKey);
    await stopCompeting(context, domain.id, competing.id, input.now);
    return { id: row.id, identity: 'key' };
  }
  const candidates =
    identity === 'key'
      ? (await devicesOfKey(context.tx, domain.id, row.keyFingerprint)).filter((former) => former.serialKey === row.serialKey)
      : (await devicesOfSerial(context.tx, row.serialKey)).filter((former) => former.domainId === domain.id);
  const former = candidates.findLast(({ state }) => state === 'unenrolled');
  if (former === undefined || identity === 'key' || input.as !== 'another') return { id: former?.id ?? row.id, identity };
  // The rival was unenrolled in the meantime, but is still another board.
  if (identity === 'listed')
    throw new RollcallError('conflict', { reason: 'listed-serial-is-one-board', competesWith: former.id });
  shareSerial(context, domain.id, row.serialKey);
  return { id: row.id, identity: 'key' };
}

/** E12: an admin states that several boards share this serial number: from now on only the device key distinguishes them. */
function shareSerial(context: WriteContext, domainId: number, serial: string): void {
  context.tx.send('INSERT INTO shared_serials (domain_id, serial_key) VALUES (?, ?) ON CONFLICT DO NOTHING', domainId, serial);
  context.tx.send(
    "UPDATE devices SET identity = 'key' WHERE domain_id = ? AND serial_key = ? AND identity = 'serial'",
    domainId,
    serial,
  );
}
