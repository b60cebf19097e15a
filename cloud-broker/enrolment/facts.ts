import { checkCode } from '../../protocol/signing.ts';
import { serialKey } from '../../protocol/text.ts';
import type { EnrolmentAttempt } from './attempt.ts';
import { identityOf } from '../devices/rules/identity.ts';
import { decide, type Decision, type Entitlement, type Facts } from './rules/decide.ts';
import { boardSignatureOf } from './rules/proof.ts';
import { widestNetworkOf } from '../net/address.ts';
import { boardBySerial, type BoardRow } from '../register/rows.ts';
import { devicesOfKey, devicesOfSerial, type DeviceRow } from '../devices/rows.ts';
import { domainByName, statusOf, type DomainRow } from '../domains/rows.ts';
import type { Reads } from '../store/tx.ts';
import { isInvoiceElsewhere, unprovenGrantsLeft } from '../register/unproven.ts';

/** An attempt as passed to the store. */
export interface EnrolInput extends EnrolmentAttempt {
  /** Maximum unproven grants per day for the whole service (E14). */
  unprovenLimit: number;
}

export interface LoadedFacts {
  facts: Facts;
  /** What they result in. */
  decision: Decision;
  domain: DomainRow;
  board: BoardRow | null;
  serialKey: string;
}

/** For enrolling in this domain. */
export async function entitlementOf(tx: Reads, board: BoardRow, domainId: number): Promise<Entitlement> {
  return {
    boardId: board.id,
    hasFactoryKey: board.factoryPublicKey !== null,
    fulfilment: board.fulfilment,
    left: board.leftCredits,
    invoiceElsewhere: board.factoryPublicKey === null && (await isInvoiceElsewhere(tx, board, domainId)),
  };
}

export async function isShared(tx: Reads, domainId: number, key: string): Promise<boolean> {
  return (await tx.get('SELECT 1 AS found FROM shared_serials WHERE domain_id = ? AND serial_key = ?', domainId, key)) !== null;
}

async function isBlocked(
  tx: Reads,
  where: { domainId: number; keyFingerprint: string; serialKey: string },
  now: number,
): Promise<boolean> {
  return (
    (await tx.get(
      `SELECT 1 AS found FROM blocks WHERE domain_id = ? AND (key_fingerprint = ? OR serial_key = ?) AND (until_at IS NULL OR until_at > ?)`,
      where.domainId,
      where.keyFingerprint,
      where.serialKey,
      now,
    )) !== null
  );
}

function pairingOf(domain: DomainRow, attempt: EnrolmentAttempt): Facts['domain']['pairing'] {
  if (domain.pairingHash === null) return 'not-asked';
  if (attempt.pairingHash === null) return 'missing';
  if (attempt.pairingHash === domain.pairingHash) return 'right';
  const previousHolds = domain.pairingPreviousUntil !== null && attempt.now < domain.pairingPreviousUntil;
  return previousHolds && attempt.pairingHash === domain.pairingPreviousHash ? 'right' : 'wrong';
}

/** All facts for the decision, as read in `tx`'s transaction; null if the domain accepts no enrolment (E13). */
export async function loadFacts(tx: Reads, attempt: EnrolInput): Promise<LoadedFacts | null> {
  const domain = await domainByName(tx, attempt.domain);
  if (domain === null) return null;
  const status = statusOf(domain, attempt.now);
  if (status === 'unconfirmed' || status === 'closed') return null;

  const serial = serialKey(attempt.board.serial);
  const board = await boardBySerial(tx, serial);
  const identity = identityOf(attempt.board, { listed: board !== null, sharedSerial: await isShared(tx, domain.id, serial) });
  const listed = identity === 'listed' ? board : null;
  const ofKey = await devicesOfKey(tx, domain.id, attempt.key.fingerprint);
  const ofSerial = identity === 'key' ? [] : await devicesOfSerial(tx, serial);
  const bound = await tx.get<{ serialKey: string }>(
    'SELECT serial_key AS serialKey FROM device_keys WHERE fingerprint = ?',
    attempt.key.fingerprint,
  );

  const here = (row: DeviceRow): boolean => row.domainId === domain.id && row.serialKey === serial;
  const same = ofKey.find((row) => row.state === 'enrolled' && here(row));
  const competing = ofSerial.find(
    (row) => row.state === 'enrolled' && row.domainId === domain.id && row.keyFingerprint !== attempt.key.fingerprint,
  );
  const elsewhere = identity === 'listed' && ofSerial.some((row) => row.state === 'enrolled' && row.domainId !== domain.id);
  const formerRows = identity === 'key' ? ofKey.filter(here) : ofSerial.filter((row) => row.domainId === domain.id);
  const former = formerRows.findLast((row) => row.state === 'unenrolled');
  // A register line belongs to one board: of two devices that shared the serial number before it was listed, the first to ask joins.
  const isTaken = ofSerial.some((row) => row.state === 'enrolled' && row.id !== same?.id);
  const joins = same !== undefined && listed !== null && same.boardId === null && !isTaken;

  const facts: Facts = {
    deviceSignature: attempt.deviceSignature,
    boardSignature: boardSignatureOf(
      { domain: attempt.domain, serial: attempt.board.serial, nonce: attempt.nonce, keyFingerprint: attempt.key.fingerprint },
      attempt.boardSignature,
      listed?.factoryPublicKey ?? null,
    ),
    identity,
    listed: listed === null ? null : await entitlementOf(tx, listed, domain.id),
    domain: {
      status,
      unlisted: domain.unlisted,
      pairing: pairingOf(domain, attempt),
      unprovenGrantsLeft: await unprovenGrantsLeft(tx, domain, attempt.unprovenLimit, attempt.now),
      pendingRows: 0,
      pendingOfNetwork: 0,
    },
    same: same === undefined ? null : { deviceId: same.id, joins },
    renewOfUnenrolled: attempt.renew !== null && ofKey.some((row) => row.state === 'unenrolled' && here(row)),
    overBudget: attempt.overBudget,
    keyOfAnotherBoard: bound !== null && bound.serialKey !== serial,
    blocked: await isBlocked(
      tx,
      { domainId: domain.id, keyFingerprint: attempt.key.fingerprint, serialKey: serial },
      attempt.now,
    ),
    checkCodeTaken: same === undefined && (await holderOfCheckCode(tx, domain.id, attempt.key.fingerprint)) !== null,
    elsewhere,
    competing: competing === undefined ? null : { deviceId: competing.id },
    former: former === undefined ? null : { deviceId: former.id },
    waiting: waitingRow(ofKey.find((row) => row.state === 'pending' && here(row))),
  };
  let decision = decide(facts);
  // Counted only if the board would wait: most never do, and this is the most expensive fact.
  if (decision.outcome === 'pending') {
    Object.assign(facts.domain, await waitingRows(tx, domain.id, attempt.address));
    decision = decide(facts);
  }
  return { facts, decision, domain, board: listed, serialKey: serial };
}

/** E6: number of boards waiting in the domain, and how many of them are from the widest network of `address`. */
async function waitingRows(
  tx: Reads,
  domainId: number,
  address: string,
): Promise<Pick<Facts['domain'], 'pendingRows' | 'pendingOfNetwork'>> {
  const rows = await tx.get<{ pendingRows: number; pendingOfNetwork: number }>(
    `SELECT (SELECT count(*) FROM devices WHERE domain_id = ?1 AND status = 'pending' AND state <> 'unenrolled') AS pendingRows,
      (SELECT count(*) FROM devices WHERE domain_id = ?1 AND network = ?2 AND state = 'pending') AS pendingOfNetwork`,
    domainId,
    widestNetworkOf(address),
  );
  return rows ?? { pendingRows: 0, pendingOfNetwork: 0 };
}

/** E6: the waiting or enrolled device of the domain that has another key with the same check code. */
export async function holderOfCheckCode(tx: Reads, domainId: number, fingerprint: string): Promise<string | null> {
  const row = await tx.get<{ id: string }>(
    `SELECT id FROM devices WHERE domain_id = ? AND check_code = ? AND state IN ('pending', 'enrolled') AND key_fingerprint <> ? LIMIT 1`,
    domainId,
    checkCode(fingerprint).replace('-', ''),
    fingerprint,
  );
  return row?.id ?? null;
}

function waitingRow(row: DeviceRow | undefined): { deviceId: string } | null {
  return row === undefined ? null : { deviceId: row.id };
}
