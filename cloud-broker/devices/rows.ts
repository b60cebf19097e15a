import type { CreditReason } from '../../protocol/messages.ts';
import type { Identity } from './rules/identity.ts';
import type { Reads } from '../store/tx.ts';

/** A device row as the writing operations need it. */
export interface DeviceRow {
  id: string;
  domainId: number;
  state: 'pending' | 'enrolled' | 'unenrolled';
  identity: Identity;
  boardId: number | null;
  serial: string;
  serialKey: string;
  keyFingerprint: string;
  publicKey: string;
  enrolledAt: number | null;
  granted: number;
  grantReason: CreditReason | null;
  pendingCode: string | null;
  competesWith: string | null;
}

const SELECT = `SELECT id, domain_id AS domainId, state, identity, board_id AS boardId, serial, serial_key AS serialKey,
  key_fingerprint AS keyFingerprint, public_key AS publicKey, enrolled_at AS enrolledAt, granted, grant_reason AS grantReason,
  pending_code AS pendingCode, competes_with AS competesWith FROM devices`;

// Whole texts, put together once: a statement is found again by its text.
const OF_DOMAIN = `${SELECT} WHERE id = ? AND domain_id = ?`;
const BY_ID = `${SELECT} WHERE id = ?`;
const OF_KEY = `${SELECT} WHERE key_fingerprint = ? AND domain_id = ? ORDER BY enrolled_at NULLS FIRST`;
const OF_SERIAL = `${SELECT} WHERE serial_key = ? AND identity <> 'key' AND state <> 'pending' ORDER BY enrolled_at NULLS FIRST`;

/** A device or waiting row of this domain; null for another domain's (A4). */
export async function deviceOfDomain(tx: Reads, domainId: number, id: string): Promise<DeviceRow | null> {
  return await tx.get<DeviceRow>(OF_DOMAIN, id, domainId);
}

export async function deviceById(tx: Reads, id: string): Promise<DeviceRow | null> {
  return await tx.get<DeviceRow>(BY_ID, id);
}

/** All rows of one key in one domain: at most one of them is not unenrolled. */
export async function devicesOfKey(tx: Reads, domainId: number, fingerprint: string): Promise<DeviceRow[]> {
  return await tx.all<DeviceRow>(OF_KEY, fingerprint, domainId);
}

/** Rows of one serial, in all domains, that the serial identifies; those known by their key alone are not among them (E12). */
export async function devicesOfSerial(tx: Reads, serialKey: string): Promise<DeviceRow[]> {
  return await tx.all<DeviceRow>(OF_SERIAL, serialKey);
}
