import { assert } from '../../protocol/assert.ts';
import { RollcallError } from '../../protocol/errors.ts';
import {
  nextTransfer,
  refuseTransfer,
  sameContent,
  type Head,
  type Transfer,
  type TransferRequest,
  type VendorAccount,
} from './rules/transfers.ts';
import { chargeOf, dayOf, MAX_OPEN_DAYS, openDays, startOf, usageRequest, type UsageState } from './rules/usage.ts';
import type { WriteContext } from '../store/commit.ts';
import { creditsForDay } from './days-end.ts';
import { readAs, rowType, type RowIn } from '../store/row-type.ts';
import type { Reads } from '../store/tx.ts';

export const TRANSFER = rowType('t.', {
  id: 'integer',
  domainId: 'integer',
  domain: readAs('d.name', 'text'),
  n: 'integer',
  at: 'integer',
  date: 'text?',
  kind: ['enrolment', 'product-key', 'usage', 'adjustment', 'reversal'],
  debit: 'text',
  credit: 'text',
  credits: 'integer',
  idempotencyKey: 'text',
  deviceId: 'text?',
  boardId: 'integer?',
  productKeyId: 'text?',
  reverses: 'integer?',
  reason: 'text?',
  actor: 'text',
  balanceAfter: 'integer',
  previousHash: 'text',
  hash: 'text',
});
export type TransferRow = RowIn<typeof TRANSFER>;

export const SELECT_TRANSFER = `SELECT ${TRANSFER.columns} FROM transfers t JOIN domains d ON d.id = t.domain_id`;

const BOOKED = `${SELECT_TRANSFER} WHERE t.idempotency_key = ?`;

/** The request behind a booked row: what L4 compares and L5 hashes. */
export function requestOf(row: TransferRow): TransferRequest {
  assert((row.debit === 'domain') !== (row.credit === 'domain'), 'a transfer has the domain on one side');
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

export async function headOf(tx: Reads, domainId: number): Promise<Head | null> {
  return await tx.get<Head>('SELECT n, hash, balance, at FROM ledger_heads WHERE domain_id = ?', domainId);
}

/**
 * Books one transfer in the domain's chain (L1 to L5). The same idempotency key with the same content returns the first booking; with other content
 * it is a `conflict`. Refusals by rules/transfers.ts are a `conflict` with their reason.
 */
async function book(
  context: WriteContext,
  domain: { id: number; name: string },
  request: TransferRequest,
  now: number,
): Promise<{ transferId: number; repeated: boolean }> {
  const { tx } = context;
  const booked = await TRANSFER.get(tx, BOOKED, request.idempotencyKey);
  if (booked !== null) {
    if (booked.domainId !== domain.id || !sameContent(requestOf(booked), request)) {
      throw new RollcallError('conflict', { reason: 'idempotency-key-reused', idempotencyKey: request.idempotencyKey });
    }
    return { transferId: booked.id, repeated: true };
  }
  const head = await headOf(tx, domain.id);
  if (head === null) throw new Error(`domain ${domain.name} has no ledger head`);
  const refusal = refuseTransfer(head, request);
  if (refusal !== null) throw new RollcallError('conflict', { reason: refusal });
  const transfer = nextTransfer(domain.name, head, request, now);
  assertFollows(head, transfer);
  const [debit, credit] = transfer.direction === 'in' ? [transfer.vendor, 'domain'] : ['domain', transfer.vendor];
  const transferId = await tx.insert(
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
  if (transfer.direction === 'in') tx.send('UPDATE domains SET credited = 1 WHERE id = ? AND credited = 0', domain.id);
  context.emit(domain.id, transfer.at, { type: 'billing', data: { transferId } });
  return { transferId, repeated: false };
}

/** What the rules made is not believed either: a wrong row would stand for ever (L2). */
export function assertFollows(head: Head, { n, at, credits, direction, balanceAfter, previousHash }: Transfer): void {
  assert(Number.isSafeInteger(credits) && credits > 0, 'a transfer moves a whole number of credits');
  assert(
    balanceAfter === head.balance + (direction === 'in' ? credits : -credits),
    'the balance is moved by what is transferred',
  );
  assert(Number.isSafeInteger(balanceAfter) && balanceAfter >= 0, 'no balance is below zero, or more than can be counted');
  assert(n === head.n + 1 && at >= head.at && previousHash === head.hash, 'a transfer follows the head of its chain');
}

/** What postings need of a domain. */
export interface PostingDomain {
  id: number;
  name: string;
  nextUsageDay: number | null;
}

const STATE = 'SELECT next_usage_day AS nextUsageDay, closing_at AS closingAt, closed_at AS closedAt FROM domains WHERE id = ?';

async function usageStateOf(tx: Reads, domainId: number): Promise<UsageState> {
  return (await tx.get<UsageState>(STATE, domainId)) ?? { nextUsageDay: null, closingAt: null, closedAt: null };
}

/**
 * Devices whose enrolment touches the day, each once. The moment of unenrolment still belongs to the day (E9). A device has at most one open span, so
 * open spans are simply counted; of the few that have ended since, each device counts once, unless it is back.
 */
const DEVICES = `SELECT
  (SELECT count(*) FROM enrolment_spans WHERE domain_id = ?1 AND coalesce(to_at, 9223372036854775807) = 9223372036854775807 AND from_at < ?3)
  + (SELECT count(DISTINCT e.device_id) FROM enrolment_spans e
    WHERE e.domain_id = ?1 AND coalesce(e.to_at, 9223372036854775807) BETWEEN ?2 AND 9223372036854775806 AND e.from_at < ?3
    AND NOT EXISTS (SELECT 1 FROM enrolment_spans o WHERE o.device_id = e.device_id AND o.to_at IS NULL AND o.from_at < ?3)) AS devices`;

async function devicesOf(tx: Reads, domainId: number, day: number): Promise<number> {
  return (await tx.get<{ devices: number }>(DEVICES, domainId, startOf(day), startOf(day + 1)))?.devices ?? 0;
}

export interface ClosedDay {
  devices: number;
  charged: number;
}

/**
 * L6: closes the domain's first open day: one row, with a transfer if anything is charged. The caller has checked that the day is over. `waive`
 * charges nothing.
 */
export async function closeNextDay(
  context: WriteContext,
  domain: { id: number; name: string },
  about: { now: number; waive: boolean },
): Promise<ClosedDay> {
  const { tx } = context;
  const { now, waive } = about;
  const day = (await usageStateOf(tx, domain.id)).nextUsageDay;
  if (day === null) throw new Error(`domain ${domain.name} has no day to close`);
  assert(day < dayOf(now), 'only a day that is over is closed');
  const devices = await devicesOf(tx, domain.id, day);
  const head = await headOf(tx, domain.id);
  if (head === null) throw new Error(`domain ${domain.name} has no ledger head`);
  const charged = waive ? 0 : chargeOf(devices, await creditsForDay(tx, domain.id, head, { day, now }));
  const transferId =
    charged === 0 ? null : (await book(context, domain, usageRequest(domain.name, day, charged), now)).transferId;
  tx.send(
    'INSERT INTO usage_days (domain_id, day, devices, charged, waived, transfer_id, closed_at, head_n) VALUES (?, ?, ?, ?, ?, ?, ?, ?)',
    domain.id,
    day,
    devices,
    charged,
    waive ? 1 : 0,
    transferId,
    now,
    head.n,
  );
  return { devices, charged };
}

/**
 * Books one transfer (L1 to L5), after the domain's open days (L6), so that the result does not depend on when the daily job ran;
 * with more than MAX_OPEN_DAYS they stay open for the operator. Refuses as `book` does.
 */
export async function post(
  context: WriteContext,
  domain: PostingDomain,
  request: TransferRequest,
  now: number,
): Promise<{ transferId: number; repeated: boolean }> {
  await settleDays(context, domain, now);
  return await book(context, domain, request, now);
}

/**
 * Closes the domain's open days if that may happen automatically: a caller that decides by a balance calls this first, and reloads it if days were
 * closed.
 */
export async function settleDays(context: WriteContext, domain: PostingDomain, now: number): Promise<boolean> {
  // The loaded state may predate another posting of this transaction, but days are never reopened.
  if (domain.nextUsageDay === null || domain.nextUsageDay >= dayOf(now)) return false;
  const open = openDays(await usageStateOf(context.tx, domain.id), now);
  if (open === 0 || open > MAX_OPEN_DAYS) return false;
  for (let closed = 0; closed < open; closed += 1) await closeNextDay(context, domain, { now, waive: false });
  return true;
}
