import { RollcallError } from '../../../protocol/errors.ts';
import { identityOf, type Identity } from '../../devices/identity.ts';
import { grantFor } from '../../enrollment/decide.ts';
import type { ChangeRequest } from '../change-request.ts';
import type { WriteContext } from '../context.ts';
import { boardBySerial, type BoardRow } from '../board-rows.ts';
import { deviceOfDomain, devicesOfKey, devicesOfSerial, type DeviceRow } from '../device-rows.ts';
import { domainById, statusOf, type DomainRow } from '../domain-rows.ts';
import { markEnrolled, stopCompeting } from '../enrolling.ts';
import { entitlementOf, isShared } from '../enrolment-facts.ts';
import { settleDays } from '../posting.ts';
import type { Sql } from '../sql.ts';
import { unprovenGrantsLeft, warnOfLimit } from '../unproven.ts';

export interface ApproveInput extends ChangeRequest {
  id: string;
  as: 'replaced' | 'another' | null;
  /** Most unproven grants of the whole service in a day (E14). */
  unprovenLimit: number;
}

export function waitingRow(context: WriteContext, domainId: number, id: string): DeviceRow {
  const row = deviceOfDomain(context.sql, domainId, id);
  if (row === null || row.state === 'unenrolled') throw new RollcallError('not-found');
  if (row.state !== 'pending') throw new RollcallError('conflict', { reason: 'already-enrolled' });
  return row;
}

/**
 * E6, E7: an admin's approval is the enrolment. The certificate comes when that key asks next. Refuses with `not-found`,
 * `domain-disabled` (D5) or `conflict`, whose details name the reason: a competing device asks for `as`.
 */
export function approve(context: WriteContext, input: ApproveInput): { deviceId: string } {
  const { sql } = context;
  const row = waitingRow(context, input.domainId, input.id);
  let domain = domainById(sql, input.domainId);
  // The days that are over come first: whether the domain is disabled must not depend on when the daily job ran (L6).
  if (domain !== null && settleDays(context, domain, input.now)) domain = domainById(sql, input.domainId);
  if (domain === null) throw new RollcallError('not-found');
  const listedBoard = boardBySerial(sql, row.serialKey);
  const source = sql.get<{ source: 'dmi' }>('SELECT serial_source AS source FROM devices WHERE id = ?', row.id)?.source ?? 'dmi';
  const identity = identityOf(
    { serial: row.serial, serialSource: source },
    { listed: listedBoard !== null, sharedSerial: isShared(sql, domain.id, row.serialKey) },
  );
  const board = identity === 'listed' ? listedBoard : null;
  const rivals = identity === 'key' ? [] : devicesOfSerial(sql, row.serialKey).filter(({ state }) => state === 'enrolled');
  refuseApproval({ board, rivals, domain });
  const competing = rivals.find(({ domainId }) => domainId === domain.id) ?? null;
  const grant = grantOf(sql, { board, competing, domain }, input);
  if (statusOf(domain, input.now) === 'disabled' && grant.credits === 0) throw new RollcallError('domain-disabled');

  const target = targetOf(context, { row, identity, board, competing, domain }, input);
  const key = { fingerprint: row.keyFingerprint, pem: row.publicKey };
  markEnrolled(context, domain, { ...target, board, key, grant, actor: input.actor, address: input.address }, input.now);
  if (grant.reason === 'held') warnOfLimit(context, domain, input.unprovenLimit, input.now);
  context.decided(domain.id, row.keyFingerprint);
  return { deviceId: target.id };
}

function refuseApproval(about: { board: BoardRow | null; rivals: DeviceRow[]; domain: DomainRow }): void {
  if (about.board?.factoryPublicKey) throw new RollcallError('conflict', { reason: 'attestation-required' });
  const elsewhere = about.board !== null && about.rivals.some(({ domainId }) => domainId !== about.domain.id);
  if (elsewhere) throw new RollcallError('conflict', { reason: 'enrolled-elsewhere' });
}

/** What the device held back stays held when its key is replaced (E14). */
function grantOf(
  sql: Sql,
  about: { board: BoardRow | null; competing: DeviceRow | null; domain: DomainRow },
  { unprovenLimit, now }: ApproveInput,
): ReturnType<typeof grantFor> {
  const { board, competing, domain } = about;
  const listed = board === null ? null : entitlementOf(sql, board, domain.id);
  const grant = grantFor(listed, unprovenGrantsLeft(sql, domain, unprovenLimit, now));
  return competing?.grantReason === 'held' && grant.reason === 'granted' ? { credits: 0, reason: 'held' } : grant;
}

/** Which row becomes the device, and by what it is told from others from now on (E7, E9, E12). */
function targetOf(
  context: WriteContext,
  about: { row: DeviceRow; identity: Identity; board: BoardRow | null; competing: DeviceRow | null; domain: DomainRow },
  input: ApproveInput,
): { id: string; identity: Identity } {
  const { row, identity, competing, domain } = about;
  if (competing !== null) {
    if (input.as === 'replaced') return { id: competing.id, identity };
    if (input.as === null) throw new RollcallError('conflict', { reason: 'say-replaced-or-another', competesWith: competing.id });
    if (identity === 'listed')
      throw new RollcallError('conflict', { reason: 'listed-serial-is-one-board', competesWith: competing.id });
    shareSerial(context, domain.id, row.serialKey);
    stopCompeting(context, domain.id, competing.id, input.now);
    return { id: row.id, identity: 'key' };
  }
  const candidates =
    identity === 'key'
      ? devicesOfKey(context.sql, domain.id, row.keyFingerprint).filter((former) => former.serialKey === row.serialKey)
      : devicesOfSerial(context.sql, row.serialKey).filter((former) => former.domainId === domain.id);
  const former = candidates.findLast(({ state }) => state === 'unenrolled');
  if (former === undefined || identity === 'key' || input.as !== 'another') return { id: former?.id ?? row.id, identity };
  // Its rival was unenrolled meanwhile, and is another board all the same.
  if (identity === 'listed')
    throw new RollcallError('conflict', { reason: 'listed-serial-is-one-board', competesWith: former.id });
  shareSerial(context, domain.id, row.serialKey);
  return { id: row.id, identity: 'key' };
}

/** E12: an admin says that several boards have this serial: from now on only the device key tells them apart. */
function shareSerial(context: WriteContext, domainId: number, serial: string): void {
  context.sql.run('INSERT OR IGNORE INTO shared_serials (domain_id, serial_key) VALUES (?, ?)', domainId, serial);
  context.sql.run(
    "UPDATE devices SET identity = 'key' WHERE domain_id = ? AND serial_key = ? AND identity = 'serial'",
    domainId,
    serial,
  );
}
