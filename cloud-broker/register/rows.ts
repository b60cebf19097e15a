import type { Reads } from '../store/tx.ts';

/** A register line as write operations need it. */
export interface BoardRow {
  id: number;
  serial: string;
  serialKey: string;
  model: string;
  factoryPublicKey: string | null;
  invoice: string | null;
  purchasedOn: string | null;
  fulfilment: 'on-enrolment' | 'product-key';
  credits: number;
  leftCredits: number;
  grants: number;
}

/** The register line for a serial number (compared trimmed and case-insensitively, E12). */
export async function boardBySerial(tx: Reads, serialKey: string): Promise<BoardRow | null> {
  return await tx.get<BoardRow>(
    `SELECT id, serial, serial_key AS serialKey, model, factory_public_key AS factoryPublicKey, invoice, purchased_on AS purchasedOn,
      fulfilment, credits, left_credits AS leftCredits, grants FROM boards WHERE serial_key = ?`,
    serialKey,
  );
}
