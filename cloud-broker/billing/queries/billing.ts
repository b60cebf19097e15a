import * as z from 'zod';
import type { TransferKind } from '../../ledger/rules/transfers.ts';
import type { Reads } from '../../store/tx.ts';
import { decodeCursor, pageOf, type PageRequest } from '../../store/paging.ts';

/** Enrolled devices, and credits that the domain's boards brought but that the operator still holds (E14). */
export async function billingFigures(tx: Reads, domainId: number): Promise<{ devices: number; held: number }> {
  const row = await tx.get<{ devices: number; held: number }>(
    `SELECT (SELECT coalesce(sum(devices), 0) FROM device_counts WHERE domain_id = ?1 AND tag = '' AND status <> 'pending') AS devices,
      (SELECT coalesce(sum(b.left_credits), 0) FROM devices d JOIN boards b ON b.id = d.board_id
        WHERE d.domain_id = ?1 AND d.state = 'enrolled' AND d.grant_reason = 'held') AS held`,
    domainId,
  );
  return row ?? { devices: 0, held: 0 };
}

/** A transfer as Billing History shows it: credits are signed from the domain's view (L8). */
export interface HistoryView {
  id: number;
  domainId: number;
  n: number;
  at: number;
  kind: TransferKind;
  credits: number;
  balanceAfter: number;
  deviceId: string | null;
  serial: string | null;
  label: string | null;
  productKeyId: string | null;
  keyEndsWith: string | null;
  date: string | null;
  previousHash: string;
  reason: string | null;
  /** n of the row that this one reverses (L2). */
  reverses: number | null;
  actor: string;
  hash: string;
}

const SELECT = `SELECT t.id, t.domain_id AS domainId, t.n, t.at, t.kind, CASE t.credit WHEN 'domain' THEN t.credits ELSE -t.credits END AS credits,
  t.balance_after AS balanceAfter, t.device_id AS deviceId, d.serial, d.label, t.product_key_id AS productKeyId, k.ends_with AS keyEndsWith, t.date, t.previous_hash AS previousHash, t.reason, r.n AS reverses, t.actor, t.hash
  FROM transfers t LEFT JOIN transfers r ON r.id = t.reverses LEFT JOIN devices d ON d.id = t.device_id AND d.domain_id = t.domain_id
  LEFT JOIN product_keys k ON k.id = t.product_key_id`;

const place = z.int().min(1);

/** L8: newest first by n. n counts from 1 without gaps, so the head's n is the number of rows. */
export async function listHistory(
  tx: Reads,
  domainId: number,
  request: PageRequest,
): Promise<{ items: HistoryView[]; nextCursor: string | null; total: number }> {
  const before = decodeCursor(request.cursor, place) ?? Number.MAX_SAFE_INTEGER;
  const rows = await tx.all<HistoryView>(
    `${SELECT} WHERE t.domain_id = ? AND t.n < ? ORDER BY t.n DESC LIMIT ?`,
    domainId,
    before,
    request.limit + 1,
  );
  const total = (await tx.get<{ n: number }>('SELECT n FROM ledger_heads WHERE domain_id = ?', domainId))?.n ?? 0;
  return { ...pageOf(rows, request.limit, (last) => last.n), total };
}

export async function transferView(tx: Reads, domainId: number, transferId: number): Promise<HistoryView | null> {
  return await tx.get<HistoryView>(`${SELECT} WHERE t.id = ? AND t.domain_id = ?`, transferId, domainId);
}

/** The n-th row of the domain's chain; null beyond its end. */
export async function historyAt(tx: Reads, domainId: number, n: number): Promise<HistoryView | null> {
  return await tx.get<HistoryView>(`${SELECT} WHERE t.domain_id = ? AND t.n = ?`, domainId, n);
}
