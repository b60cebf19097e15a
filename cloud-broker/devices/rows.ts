import { creditReasons } from '../../protocol/messages.ts';
import { rowType, type RowIn } from '../store/row-type.ts';
import type { Reads } from '../store/tx.ts';

const DEVICE = rowType('', {
  id: 'text',
  domainId: 'integer',
  state: ['pending', 'enrolled', 'unenrolled'],
  identity: ['listed', 'serial', 'key'],
  boardId: 'integer?',
  serial: 'text',
  serialKey: 'text',
  keyFingerprint: 'text',
  publicKey: 'text',
  enrolledAt: 'integer?',
  granted: 'integer',
  grantReason: [...creditReasons, null],
  pendingCode: 'text?',
  competesWith: 'text?',
});
/** A device row as write operations need it. */
export type DeviceRow = RowIn<typeof DEVICE>;

const SELECT = `SELECT ${DEVICE.columns} FROM devices`;

// Complete SQL texts, built once: prepared statements are cached by their text.
const OF_DOMAIN = `${SELECT} WHERE id = ? AND domain_id = ?`;
const BY_ID = `${SELECT} WHERE id = ?`;
const OF_KEY = `${SELECT} WHERE key_fingerprint = ? AND domain_id = ? ORDER BY enrolled_at NULLS FIRST`;
const OF_SERIAL = `${SELECT} WHERE serial_key = ? AND identity <> 'key' AND state <> 'pending' ORDER BY enrolled_at NULLS FIRST`;

/** A device or waiting row of this domain; null if it belongs to another domain (A4). */
export async function deviceOfDomain(tx: Reads, domainId: number, id: string): Promise<DeviceRow | null> {
  return await DEVICE.get(tx, OF_DOMAIN, id, domainId);
}

export async function deviceById(tx: Reads, id: string): Promise<DeviceRow | null> {
  return await DEVICE.get(tx, BY_ID, id);
}

/** All rows of one key in one domain; at most one is pending or enrolled. */
export async function devicesOfKey(tx: Reads, domainId: number, fingerprint: string): Promise<DeviceRow[]> {
  return await DEVICE.all(tx, OF_KEY, fingerprint, domainId);
}

/** Rows identified by this serial number, in all domains; without those identified by their key alone (E12). */
export async function devicesOfSerial(tx: Reads, serialKey: string): Promise<DeviceRow[]> {
  return await DEVICE.all(tx, OF_SERIAL, serialKey);
}
