import type { Reads } from '../store/tx.ts';

/** An invoice's data for its single product key (K2). */
export interface InvoiceRow {
  /** Boards whose credits come by product key, whether claimed or not. */
  boards: number;
  /** Credits not granted yet. */
  left: number;
  /** The earliest, `YYYY-MM-DD`; null if no board has one. */
  purchasedOn: string | null;
}

/** Null if no listed board belongs to this invoice. */
export async function invoiceRow(tx: Reads, invoice: string): Promise<InvoiceRow | null> {
  const row = await tx.get<InvoiceRow & { listed: number }>(
    `SELECT count(*) AS listed, count(*) FILTER (WHERE fulfilment = 'product-key') AS boards,
      coalesce(sum(left_credits) FILTER (WHERE fulfilment = 'product-key'), 0) AS "left",
      min(purchased_on) FILTER (WHERE fulfilment = 'product-key') AS purchasedOn FROM boards WHERE invoice = ?`,
    invoice,
  );
  return row === null || row.listed === 0 ? null : { boards: row.boards, left: row.left, purchasedOn: row.purchasedOn };
}

export interface ClaimRow {
  invoice: string;
  /** The organisation that has it; null if none. */
  organizationId: string | null;
  /** Id of the product key that the claim became; it also names the subscription. */
  keyId: string | null;
}

/** The claim code with this hash, and who claimed it. */
export async function claimByHash(tx: Reads, hash: string): Promise<ClaimRow | null> {
  return await tx.get<ClaimRow>(
    `SELECT c.invoice, s.organization_id AS organizationId, s.product_key_id AS keyId
     FROM claim_codes c LEFT JOIN portal_subscriptions s ON s.invoice = c.invoice WHERE c.hash = ?`,
    hash,
  );
}
