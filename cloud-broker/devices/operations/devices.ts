import { RollcallError } from '../../../protocol/errors.ts';
import { endCommands } from '../../device-commands/rows.ts';
import type { WriteContext } from '../../store/commit.ts';
import { deviceById, deviceOfDomain, GONE, type Gone } from '../rows.ts';
import { domainById, statusOf, type DomainRow } from '../../domains/rows.ts';
import { openFromOf, revokeCertificates, stopCompeting } from '../../enrolment/enrolling.ts';
import { takeGrantBack } from '../../register/reversing.ts';
import type { ChangeRequest } from '../../store/change-request.ts';
import { waitingRow } from '../../enrolment/operations/approve.ts';

const DAY_MS = 86_400_000;
/** E6: a rejection is remembered 30 days; a block until it is lifted. */
const REJECTION_MS = 30 * DAY_MS;
/** E6: a waiting row that nobody asked for in 7 days goes. */
const WAITING_MS = 7 * DAY_MS;
const EVENTS_KEPT_MS = 7 * DAY_MS;
const REFUSED_KEPT_MS = 30 * DAY_MS;

/** E6: the key is blocked; its serial too, where it identifies a board and no enrolled device has it. */
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
  const rowid = await tx.insert(
    'INSERT INTO blocks (domain_id, kind, key_fingerprint, serial, serial_key, since_at, until_at, actor) VALUES (?, ?, ?, ?, ?, ?, ?, ?)',
    input.domainId,
    kind,
    row.keyFingerprint,
    row.serial,
    serialTaken ? null : row.serialKey,
    input.now,
    input.block ? null : input.now + REJECTION_MS,
    input.actor,
  );
  const block = await tx.get<{ publicId: string }>('SELECT public_id AS publicId FROM blocks WHERE id = ?', rowid);
  if (block === null) throw new Error('the block was not stored');
  const gone = await tx.all<Gone>(`DELETE FROM devices WHERE id = ? ${GONE}`, row.id);
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
  return { blockId: block.publicId };
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

export interface UnenrolInput {
  now: number;
  id: string;
  /** null: the device itself asks, and its certificate has said which it is. */
  domainId: number | null;
  actor: string;
  address: string | null;
}

/** E9: the certificate dies in the same transaction; history stays; today is the last day charged. E14: a grant of the last 72 h goes back. */
export async function unenrol(context: WriteContext, input: UnenrolInput): Promise<void> {
  const { domain, boardId } = await endEnrolment(context, input);
  if (boardId === null) return;
  const about = { now: input.now, actor: input.actor, reason: null, when: 'second-thoughts' } as const;
  await takeGrantBack(context, domain, boardId, about);
}

/** The same, and what the board brought stays where it is. */
export async function endEnrolment(
  context: WriteContext,
  input: UnenrolInput,
): Promise<{ domain: DomainRow; boardId: number | null }> {
  const { tx } = context;
  const device = input.domainId === null ? await deviceById(tx, input.id) : await deviceOfDomain(tx, input.domainId, input.id);
  const domain = device === null ? null : await domainById(tx, device.domainId);
  if (device === null || domain === null || device.state === 'unenrolled') throw new RollcallError('not-found');
  if (device.state === 'pending') throw new RollcallError('conflict', { reason: 'not-enrolled' });
  const gone = await tx.all<Gone>(
    `UPDATE devices SET state = 'unenrolled', unenrolled_at = ?, status = 'offline', status_since = ? WHERE id = ? ${GONE}`,
    input.now,
    input.now,
    device.id,
  );
  // Its last moment in a day that is closed, at the earliest: that day has counted it (L6).
  const end = Math.max(input.now, openFromOf(domain) - 1);
  tx.send('UPDATE enrolment_spans SET to_at = max(from_at, ?) WHERE device_id = ? AND to_at IS NULL', end, device.id);
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
  for (const one of gone) context.emitRemoved(device.domainId, input.now, one);
  return { domain, boardId: device.boardId };
}

/** Label and tags. Refused in a disabled domain (D5). */
export async function changeDevice(
  context: WriteContext,
  input: ChangeRequest & { id: string; label: string | null; tags: string[] | null },
): Promise<void> {
  const { tx } = context;
  const device = await deviceOfDomain(tx, input.domainId, input.id);
  const domain = await domainById(tx, input.domainId);
  if (device === null || device.state === 'unenrolled' || domain === null) throw new RollcallError('not-found');
  if (statusOf(domain, input.now) === 'disabled') throw new RollcallError('domain-disabled');
  const before = await tx.get<{ label: string; tags: string }>('SELECT label, tags FROM devices WHERE id = ?', device.id);
  tx.send(
    'UPDATE devices SET label = coalesce(?, label), tags = coalesce(?, tags) WHERE id = ?',
    input.label,
    input.tags === null ? null : JSON.stringify(input.tags),
    device.id,
  );
  context.audit({
    domainId: input.domainId,
    at: input.now,
    actor: input.actor,
    address: input.address,
    action: 'device.changed',
    subject: device.id,
    details: { before, label: input.label, tags: input.tags },
  });
  const hadTags = input.tags === null || before === null ? {} : { hadTags: JSON.parse(before.tags) as string[] };
  context.emit(input.domainId, input.now, { type: 'device', data: { deviceId: device.id, ...hadTags } });
}

/** Waiting rows, ended blocks, links and old events whose time is over. */
export async function prune(context: WriteContext, input: { now: number }): Promise<{ waiting: number }> {
  const { tx } = context;
  const gone = await tx.all<Gone & { domainId: number }>(
    `DELETE FROM devices WHERE state = 'pending' AND last_asked_at < ? ${GONE}, domain_id AS domainId`,
    input.now - WAITING_MS,
  );
  for (const row of gone) {
    context.audit({ domainId: row.domainId, at: input.now, actor: 'system', action: 'device.stopped-asking', subject: row.id });
    context.emitRemoved(row.domainId, input.now, row);
  }
  tx.send('DELETE FROM blocks WHERE until_at < ?', input.now);
  // An invitation that is over still shows in Users until it is sent again or taken back.
  tx.send("DELETE FROM tokens WHERE expires_at < ? AND (purpose <> 'invitation' OR used_at IS NOT NULL)", input.now);
  // Ids follow the time, so no index of times is kept: the scan ends at the first event that stays.
  tx.send(
    'DELETE FROM events WHERE id < coalesce((SELECT id FROM events WHERE at >= ? ORDER BY id LIMIT 1), 9223372036854775807)',
    input.now - EVENTS_KEPT_MS,
  );
  tx.send('DELETE FROM refused_tries WHERE at < ?', input.now - REFUSED_KEPT_MS);
  return { waiting: gone.length };
}
