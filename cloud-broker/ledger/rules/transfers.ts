/**
 * The ledger's rules (L1 to L5), pure. A transfer moves a whole number of credits between one domain account and one vendor account and belongs to
 * that domain's chain.
 */
import { hash } from 'node:crypto';
import { assert } from '../../../protocol/assert.ts';

export type TransferKind = 'enrolment' | 'product-key' | 'usage' | 'adjustment' | 'reversal';

/** The vendor's accounts. They have no balance row: their balance is a sum over transfers (L5). */
export type VendorAccount =
  | 'vendor:grants'
  | 'vendor:product-keys'
  | 'vendor:usage'
  | 'vendor:adjustments'
  | 'vendor:forfeited'
  | 'vendor:loss';

/** What a caller asks to book; everything else follows from the head of the chain. */
export interface TransferRequest {
  kind: TransferKind;
  /** `in`: debits the vendor account and credits the domain; `out`: the other way. */
  direction: 'in' | 'out';
  vendor: VendorAccount;
  credits: number;
  /** L4: derived from the cause. */
  idempotencyKey: string;
  /** UTC day of daily use, `YYYY-MM-DD`. */
  date: string | null;
  deviceId: string | null;
  boardId: number | null;
  productKeyId: string | null;
  /** Id of the transfer that this one reverses (L2). */
  reverses: number | null;
  reason: string | null;
  actor: string;
}

export interface Head {
  n: number;
  hash: string;
  balance: number;
  /** Time of the last transfer, in milliseconds since 1970. */
  at: number;
}

export interface Transfer extends TransferRequest {
  domain: string;
  n: number;
  at: number;
  balanceAfter: number;
  previousHash: string;
  hash: string;
}

export const EMPTY_HASH = '0'.repeat(64);

/** All reasons to refuse a transfer, in the order of the checks. */
export type TransferRefusal = 'credits-not-whole' | 'credits-too-many' | 'balance-below-zero' | 'balance-too-large';

const MAX_CREDITS = 1_000_000_000;
const MAX_BALANCE = Number.MAX_SAFE_INTEGER;

export function refuseTransfer(head: Head, request: TransferRequest): TransferRefusal | null {
  if (!Number.isSafeInteger(request.credits) || request.credits <= 0) return 'credits-not-whole';
  if (request.credits > MAX_CREDITS) return 'credits-too-many';
  const balance = balanceAfter(head, request);
  if (balance < 0) return 'balance-below-zero';
  if (balance > MAX_BALANCE) return 'balance-too-large';
  return null;
}

function balanceAfter(head: Head, request: TransferRequest): number {
  return head.balance + (request.direction === 'in' ? request.credits : -request.credits);
}

/**
 * JSON with sorted keys and no whitespace: the same content always gives the same text (as RFC 8785 for the values used: strings, integers, null).
 */
export function canonicalJson(content: Record<string, string | number | null>): string {
  return JSON.stringify(content, Object.keys(content).toSorted());
}

/** L5: SHA-256 over the previous hash and the canonical JSON of the content. */
export function transferHash(transfer: Omit<Transfer, 'hash'>): string {
  const { previousHash, ...content } = transfer;
  return hash('sha256', `${previousHash}\n${canonicalJson(content)}`);
}

/** The transfer that follows `head`. `at` never decreases (L5), whatever the clock says. The caller has called refuseTransfer. */
export function nextTransfer(domain: string, head: Head, request: TransferRequest, now: number): Transfer {
  assert(refuseTransfer(head, request) === null, 'only a transfer that is not refused follows the head');
  const unhashed = {
    ...request,
    domain,
    n: head.n + 1,
    at: Math.max(now, head.at),
    balanceAfter: balanceAfter(head, request),
    previousHash: head.hash,
  };
  return { ...unhashed, hash: transferHash(unhashed) };
}

/** L4: whether the request repeats the booked transfer; who acted and when it was booked do not count. */
export function sameContent(booked: TransferRequest, asked: TransferRequest): boolean {
  const compared = ['kind', 'direction', 'vendor', 'credits', 'date', 'deviceId', 'boardId', 'productKeyId', 'reverses'] as const;
  return compared.every((field) => booked[field] === asked[field]);
}

/** L4: the n-th grant of a board, counted from 1. */
export const enrolmentKey = (serialKey: string, n: number): string => `enrolment:${serialKey}:${n}`;

/** L4, D8: the remaining credits of a domain when it closes. */
export const closingKey = (domain: string): string => `closing:${domain}`;
