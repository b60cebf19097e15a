/** The writes that turn a board into a device: shared by an accepted enrolment and an admin's approval (E6: approve is the enrolment). */
import { assert } from '../../protocol/assert.ts';
import type { PendingCode } from '../../protocol/errors.ts';
import type { BoardClaim } from '../../protocol/messages.ts';
import type { Identity } from '../devices/rules/identity.ts';
import type { Grant } from './rules/decide.ts';
import { enrolmentKey } from '../ledger/rules/transfers.ts';
import { firstChargedDay, openFrom } from '../ledger/rules/usage.ts';
import { widestNetworkOf } from '../net/address.ts';
import { takeExpected } from '../devices/preregistration.ts';
import type { WriteContext } from '../store/commit.ts';
import type { BoardRow } from '../register/rows.ts';
import { deleteDevices, updateDerived, updateDevices } from '../devices/changes.ts';
import type { DomainRow } from '../domains/rows.ts';
import { post } from '../ledger/posting.ts';
import { countUnproven, notePlace } from '../register/unproven.ts';

/** What the board reported about itself, its key, and the address it asked from. */
export interface Claim {
  board: BoardClaim;
  serialKey: string;
  key: { fingerprint: string; pem: string };
  address: string;
}

/** E1: from now on this key belongs to this board only. */
export function bindKey(context: WriteContext, claim: Pick<Claim, 'key' | 'serialKey'>, now: number): void {
  context.tx.send(
    'INSERT INTO device_keys (fingerprint, serial_key, first_seen_at) VALUES (?, ?, ?) ON CONFLICT DO NOTHING',
    claim.key.fingerprint,
    claim.serialKey,
    now,
  );
}

export interface NewDevice {
  id: string;
  domainId: number;
  identity: Identity;
  board: BoardRow | null;
  claim: Claim;
  as: { state: 'pending'; code: PendingCode; competesWith: string | null } | { state: 'enrolled'; grant: Grant };
}

/** Inserts a waiting row or an enrolled device. Its label is the serial number until a person changes it. */
function insertDevice(context: WriteContext, row: NewDevice, now: number): void {
  const { board, key, serialKey, address } = row.claim;
  const waits = row.as.state === 'pending' ? row.as : null;
  const grant = row.as.state === 'enrolled' ? row.as.grant : null;
  context.tx.send(
    `INSERT INTO devices (id, domain_id, state, identity, board_id, serial, serial_key, serial_source, key_fingerprint, public_key, model,
      manufacturer, firmware, os, arch, agent_version, label, status, status_since, enrolled_at, granted, grant_reason,
      pending_code, competes_with, first_asked_at, last_asked_at, address, network)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    row.id,
    row.domainId,
    row.as.state,
    row.identity,
    row.board?.id ?? null,
    board.serial.trim(),
    serialKey,
    board.serialSource,
    key.fingerprint,
    key.pem,
    (grant === null ? null : row.board?.model) ?? board.model,
    board.manufacturer ?? null,
    board.firmware ?? null,
    board.os,
    board.arch,
    board.agentVersion,
    board.serial.trim(),
    waits === null ? 'never' : 'pending',
    now,
    waits === null ? now : null,
    grant?.credits ?? 0,
    grant?.reason ?? null,
    waits?.code ?? null,
    waits?.competesWith ?? null,
    waits === null ? null : now,
    waits === null ? null : now,
    waits === null ? null : address,
    waits === null ? null : widestNetworkOf(address),
  );
  const after = {
    id: row.id,
    domainId: row.domainId,
    state: row.as.state,
    status: waits === null ? 'never' : 'pending',
    label: board.serial.trim(),
    tags: '[]',
    enrolledAt: waits === null ? now : null,
    unenrolledAt: null,
    pendingCode: waits?.code ?? null,
    firstAskedAt: waits === null ? null : now,
  };
  updateDerived(context.tx, [{ before: null, after }]);
}

/** E6: adds a board waiting for an admin. */
export function insertWaiting(
  context: WriteContext,
  row: Omit<NewDevice, 'as'> & { code: PendingCode; competesWith: string | null },
  now: number,
): void {
  const { code, competesWith, ...device } = row;
  insertDevice(context, { ...device, as: { state: 'pending', code, competesWith } }, now);
}

/** A board whose key is new to the domain: its row starts as an enrolled device. */
export async function insertEnrolled(
  context: WriteContext,
  domain: DomainRow,
  device: Omit<NewDevice, 'as' | 'domainId'> & { grant: Grant; actor: string },
  now: number,
): Promise<void> {
  const { grant, actor, ...row } = device;
  const { key, address } = row.claim;
  insertDevice(context, { ...row, domainId: domain.id, as: { state: 'enrolled', grant } }, now);
  await beginEnrolment(
    context,
    domain,
    { id: row.id, identity: row.identity, board: row.board, key, grant, actor, address },
    now,
  );
}

/** Updates what may change between two requests of the same board: firmware, system and agent, never its identity. */
export function refreshClaim(context: WriteContext, id: string, board: BoardClaim): void {
  context.tx.send(
    'UPDATE devices SET firmware = ?, os = ?, arch = ?, agent_version = ? WHERE id = ?',
    board.firmware ?? null,
    board.os,
    board.arch,
    board.agentVersion,
    id,
  );
}

export interface EnrolledAs {
  /** The row that becomes the device: waiting, unenrolled, or enrolled with another key. */
  id: string;
  identity: Identity;
  /** Register line; the device takes its model (E12). */
  board: BoardRow | null;
  key: { fingerprint: string; pem: string };
  grant: Grant;
  actor: string;
  address: string | null;
}

/**
 * Turns the existing row `id` into an enrolled device with this key and revokes the certificates of any earlier key (E7, E9). The caller has decided;
 * only the database can still refuse.
 */
export async function markEnrolled(context: WriteContext, domain: DomainRow, as: EnrolledAs, now: number): Promise<void> {
  const { tx } = context;
  const replaced = await deleteDevices(tx, "domain_id = ? AND key_fingerprint = ? AND state = 'pending' AND id <> ?", [
    domain.id,
    as.key.fingerprint,
    as.id,
  ]);
  const changes = await updateDevices(
    tx,
    `state = 'enrolled', identity = ?, board_id = ?, key_fingerprint = ?, public_key = ?, model = coalesce(?, model),
      status = CASE state WHEN 'enrolled' THEN status ELSE 'never' END, status_since = CASE state WHEN 'enrolled' THEN status_since ELSE ? END,
      enrolled_at = CASE state WHEN 'enrolled' THEN enrolled_at ELSE ? END, unenrolled_at = NULL, granted = ?, grant_reason = ?, pending_code = NULL, competes_with = NULL,
      first_asked_at = NULL, last_asked_at = NULL, address = NULL`,
    [
      as.identity,
      as.board?.id ?? null,
      as.key.fingerprint,
      as.key.pem,
      as.board?.model ?? null,
      now,
      now,
      as.grant.credits,
      as.grant.reason,
    ],
    'id = ? AND domain_id = ?',
    [as.id, domain.id],
  );
  assert(changes.length === 1, 'who is enrolled in a domain has a row there');
  await revokeCertificates(context, as.id, now);
  await beginEnrolment(context, domain, as, now);
  for (const row of replaced) context.emitRemoved(domain.id, now, row);
}

/** L6: start of the domain's first day that is not closed. */
export function openFromOf({ nextUsageDay, trialEndsAt }: Pick<DomainRow, 'nextUsageDay' | 'trialEndsAt'>): number {
  return openFrom(nextUsageDay, trialEndsAt === null ? null : firstChargedDay(trialEndsAt));
}

/** Opens the device's span (L6), books the grant (E5), and records audit and event. */
async function beginEnrolment(context: WriteContext, domain: DomainRow, as: EnrolledAs, now: number): Promise<void> {
  context.tx.send(
    'INSERT INTO enrolment_spans (device_id, domain_id, from_at) VALUES (?, ?, ?) ON CONFLICT DO NOTHING',
    as.id,
    domain.id,
    Math.max(now, openFromOf(domain)),
  );
  if (as.identity !== 'key') await markCompeting(context, domain.id, as.id, now);
  const expected = as.identity === 'key' ? null : await takeExpected(context, domain.id, as.id);
  await bookGrant(context, domain, { deviceId: as.id, board: as.board, grant: as.grant, actor: as.actor }, now);
  context.audit({
    domainId: domain.id,
    at: now,
    actor: as.actor,
    address: as.address,
    action: 'device.enrolled',
    subject: as.id,
    details: { granted: as.grant.credits, reason: as.grant.reason, key: as.key.fingerprint, ...named(expected) },
  });
  const hadTags = expected === null ? {} : { hadTags: JSON.parse(expected.hadTags) as string[] };
  context.emit(domain.id, now, { type: 'device', data: { deviceId: as.id, ...hadTags } });
}

function named(expected: { label: string | null; tags: string | null } | null): { label?: string | null; tags?: unknown } {
  return expected === null ? {} : { label: expected.label, tags: expected.tags === null ? null : JSON.parse(expected.tags) };
}

/** Revokes all live certificates of a device and has its session closed after the commit. */
export async function revokeCertificates(context: WriteContext, deviceId: string, now: number): Promise<void> {
  if (
    (await context.tx.run('UPDATE certificates SET revoked_at = ? WHERE device_id = ? AND revoked_at IS NULL', now, deviceId)) > 0
  )
    context.revoked(deviceId);
}

/** E7: boards waiting with the same serial number and another key now compete with this device. */
async function markCompeting(context: WriteContext, domainId: number, deviceId: string, now: number): Promise<void> {
  const { tx } = context;
  // Checked first: there is rarely a match, and a SELECT costs a third of an UPDATE that matches nothing.
  const waiting = await tx.all<{ id: string }>(
    `SELECT w.id FROM devices d JOIN devices w ON w.serial_key = d.serial_key AND w.domain_id = ? AND w.state = 'pending'
      AND w.identity <> 'key' AND w.competes_with IS DISTINCT FROM d.id WHERE d.id = ?`,
    domainId,
    deviceId,
  );
  for (const { id } of waiting) {
    await updateDevices(tx, "pending_code = 'key-changed', competes_with = ?", [deviceId], 'id = ?', [id]);
    context.emit(domainId, now, { type: 'device', data: { deviceId: id } });
  }
}

/** E7: boards that competed with this device now wait for a plain approval: the device is gone, or several boards share its serial number. */
export async function stopCompeting(context: WriteContext, domainId: number, deviceId: string, now: number): Promise<void> {
  const freed = "pending_code = 'awaiting-approval', competes_with = NULL";
  const changed = await updateDevices(context.tx, freed, [], "competes_with = ? AND state = 'pending'", [deviceId]);
  for (const { after } of changed) context.emit(domainId, now, { type: 'device', data: { deviceId: after.id } });
}

/**
 * E5: records the board's domain, deducts the grant from its entitlement and books it, in the same transaction as the device. `isProven`: the
 * operator vouches for it (E14).
 */
export async function bookGrant(
  context: WriteContext,
  domain: DomainRow,
  to: { deviceId: string; board: BoardRow | null; grant: Grant; actor: string; isProven?: boolean },
  now: number,
): Promise<void> {
  const { board, grant } = to;
  assert(grant.credits > 0 === (grant.reason === 'granted'), 'a grant is of more than nothing, and nothing else brings credits');
  assert(board !== null || grant.credits === 0, 'only a listed board brings credits');
  if (board === null) return;
  await notePlace(context, domain, board, now);
  if (grant.credits === 0) return;
  const taken = await context.tx.run(
    'UPDATE boards SET left_credits = left_credits - ?, grants = grants + 1 WHERE id = ? AND left_credits >= ? AND grants = ?',
    grant.credits,
    board.id,
    grant.credits,
    board.grants,
  );
  if (taken !== 1) throw new Error(`entitlement of board ${board.id} changed within one transaction`);
  if (board.factoryPublicKey === null && to.isProven !== true) countUnproven(context, domain.id, now);
  await post(
    context,
    domain,
    {
      kind: 'enrolment',
      direction: 'in',
      vendor: 'vendor:grants',
      credits: grant.credits,
      idempotencyKey: enrolmentKey(board.serialKey, board.grants + 1),
      date: null,
      deviceId: to.deviceId,
      boardId: board.id,
      productKeyId: null,
      reverses: null,
      reason: null,
      actor: to.actor,
    },
    now,
  );
}
