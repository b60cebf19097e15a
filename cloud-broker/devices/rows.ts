import type { CreditReason } from '../../protocol/messages.ts';
import type { Identity } from './rules/identity.ts';
import type { Reads } from '../store/tx.ts';

/** A device row as write operations need it. */
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

// Complete SQL texts, built once: prepared statements are cached by their text.
const OF_DOMAIN = `${SELECT} WHERE id = ? AND domain_id = ?`;
const BY_ID = `${SELECT} WHERE id = ?`;
const OF_KEY = `${SELECT} WHERE key_fingerprint = ? AND domain_id = ? ORDER BY enrolled_at NULLS FIRST`;
const OF_SERIAL = `${SELECT} WHERE serial_key = ? AND identity <> 'key' AND state <> 'pending' ORDER BY enrolled_at NULLS FIRST`;

/** A device or waiting row of this domain; null if it belongs to another domain (A4). */
export async function deviceOfDomain(tx: Reads, domainId: number, id: string): Promise<DeviceRow | null> {
  return await tx.get<DeviceRow>(OF_DOMAIN, id, domainId);
}

export async function deviceById(tx: Reads, id: string): Promise<DeviceRow | null> {
  return await tx.get<DeviceRow>(BY_ID, id);
}

/** All rows of one key in one domain; at most one is pending or enrolled. */
export async function devicesOfKey(tx: Reads, domainId: number, fingerprint: string): Promise<DeviceRow[]> {
  return await tx.all<DeviceRow>(OF_KEY, fingerprint, domainId);
}

/** Rows identified by this serial number, in all domains; without those identified by their key alone (E12). */
export async function devicesOfSerial(tx: Reads, serialKey: string): Promise<DeviceRow[]> {
  return await tx.all<DeviceRow>(OF_SERIAL, serialKey);
}
