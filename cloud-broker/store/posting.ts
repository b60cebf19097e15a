import { RollcallError } from '../../protocol/errors.ts';
import {
  nextTransfer,
  refuseTransfer,
  sameContent,
  type Head,
  type TransferRequest,
  type VendorAccount,
} from '../ledger/transfers.ts';
import type { WriteContext } from './context.ts';
import type { Sql } from './sql.ts';

export interface TransferRow {
  id: number;
  domainId: number;
  domain: string;
  n: number;
  at: number;
  date: string | null;
  kind: TransferRequest['kind'];
  debit: string;
  credit: string;
  credits: number;
  idempotencyKey: string;
  deviceId: string | null;
  boardId: number | null;
  productKeyId: string | null;
  reverses: number | null;
  reason: string | null;
  actor: string;
  balanceAfter: number;
  previousHash: string;
  hash: string;
}

export const SELECT_TRANSFER = `SELECT t.id, t.domain_id AS domainId, d.name AS domain, t.n, t.at, t.date, t.kind, t.debit, t.credit, t.credits,
  t.idempotency_key AS idempotencyKey, t.device_id AS deviceId, t.board_id AS boardId, t.product_key_id AS productKeyId, t.reverses,
  t.reason, t.actor, t.balance_after AS balanceAfter, t.previous_hash AS previousHash, t.hash
  FROM transfers t JOIN domains d ON d.id = t.domain_id`;

const BOOKED = `${SELECT_TRANSFER} WHERE t.idempotency_key = ?`;

/** The request that a booked row was made from: what L4 compares and L5 hashes. */
export function requestOf(row: TransferRow): TransferRequest {
  const incoming = row.credit === 'domain';
  return {
    kind: row.kind,
    direction: incoming ? 'in' : 'out',
    vendor: (incoming ? row.debit : row.credit) as VendorAccount,
    credits: row.credits,
    idempotencyKey: row.idempotencyKey,
    date: row.date,
    deviceId: row.deviceId,
    boardId: row.boardId,
    productKeyId: row.productKeyId,
    reverses: row.reverses,
    reason: row.reason,
    actor: row.actor,
  };
}

export function headOf(sql: Sql, domainId: number): Head | null {
  return sql.get<Head>('SELECT n, hash, balance, at FROM ledger_heads WHERE domain_id = ?', domainId);
}

/**
 * Books one transfer in the domain's chain (L1 to L5). The same idempotency key with the same content returns the first
 * booking; with other content it is a `conflict`. Refusals of ledger/transfers.ts are a `conflict` with their reason.
 */
export function post(
  context: WriteContext,
  domain: { id: number; name: string },
  request: TransferRequest,
  now: number,
): { transferId: number; repeated: boolean } {
  const { sql } = context;
  const booked = sql.get<TransferRow>(BOOKED, request.idempotencyKey);
  if (booked !== null) {
    if (booked.domainId !== domain.id || !sameContent(requestOf(booked), request)) {
      throw new RollcallError('conflict', { reason: 'idempotency-key-reused', idempotencyKey: request.idempotencyKey });
    }
    return { transferId: booked.id, repeated: true };
  }
  const head = headOf(sql, domain.id);
  if (head === null) throw new Error(`domain ${domain.name} has no ledger head`);
  const refusal = refuseTransfer(head, request);
  if (refusal !== null) throw new RollcallError('conflict', { reason: refusal });
  const transfer = nextTransfer(domain.name, head, request, now);
  const [debit, credit] = transfer.direction === 'in' ? [transfer.vendor, 'domain'] : ['domain', transfer.vendor];
  const transferId = sql.insert(
    `INSERT INTO transfers (domain_id, n, at, date, kind, debit, credit, credits, idempotency_key, device_id, board_id, product_key_id,
      reverses, reason, actor, balance_after, previous_hash, hash) VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)`,
    domain.id,
    transfer.n,
    transfer.at,
    transfer.date,
    transfer.kind,
    debit,
    credit,
    transfer.credits,
    transfer.idempotencyKey,
    transfer.deviceId,
    transfer.boardId,
    transfer.productKeyId,
    transfer.reverses,
    transfer.reason,
    transfer.actor,
    transfer.balanceAfter,
    transfer.previousHash,
    transfer.hash,
  );
  if (transfer.direction === 'in') sql.run('UPDATE domains SET credited = 1 WHERE id = ? AND credited = 0', domain.id);
  context.emit(domain.id, transfer.at, { type: 'billing', data: { transferId } });
  return { transferId, repeated: false };
}
