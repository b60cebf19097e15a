import { rowType, type RowIn } from '../store/row-type.ts';
import type { Reads } from '../store/tx.ts';

const BOARD = rowType('', {
  id: 'integer',
  serial: 'text',
  serialKey: 'text',
  model: 'text',
  factoryPublicKey: 'text?',
  invoice: 'text?',
  purchasedOn: 'text?',
  fulfilment: ['on-enrolment', 'product-key'],
  credits: 'integer',
  leftCredits: 'integer',
  grants: 'integer',
});
/** A register line as write operations need it. */
export type BoardRow = RowIn<typeof BOARD>;

const OF_SERIAL = `SELECT ${BOARD.columns} FROM boards WHERE serial_key = ?`;

/** The register line for a serial number (compared trimmed and case-insensitively, E12). */
export async function boardBySerial(tx: Reads, serialKey: string): Promise<BoardRow | null> {
  return await BOARD.get(tx, OF_SERIAL, serialKey);
}
