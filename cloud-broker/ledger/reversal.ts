/** Taking back (L2, L9), as pure rules. */
import type { TransferKind, TransferRequest, VendorAccount } from './transfers.ts';

const DAY_MS = 86_400_000;
/** E14: a board unenrolled within 72 h of its grant takes the grant along. */
const SECOND_THOUGHTS_MS = 3 * DAY_MS;

export function isSecondThoughts(grantedAt: number, now: number): boolean {
  return now - grantedAt < SECOND_THOUGHTS_MS;
}

/** A booked transfer, as far as its reversal needs it. */
export interface Reversible {
  id: number;
  kind: TransferKind;
  direction: 'in' | 'out';
  vendor: VendorAccount;
  credits: number;
  deviceId: string | null;
  boardId: number | null;
  productKeyId: string | null;
}

/** L9: what a reversal takes: the smaller of the transfer and the balance; 0 where nothing is there to be taken. What the domain gave comes back whole. */
export function reversedCredits(booked: Reversible, balance: number): number {
  return booked.direction === 'out' ? booked.credits : Math.min(booked.credits, balance);
}

/** One reversal a transfer (L4), from and to the same accounts the other way. */
export function reversalOf(
  booked: Reversible,
  credits: number,
  about: { actor: string; reason: string | null },
): TransferRequest {
  const { id, vendor, deviceId, boardId, productKeyId } = booked;
  return {
    kind: 'reversal',
    direction: booked.direction === 'in' ? 'out' : 'in',
    vendor,
    credits,
    idempotencyKey: `reversal:${id}`,
    date: null,
    deviceId,
    boardId,
    productKeyId,
    reverses: id,
    // Named one by one: what else a caller's object holds would be hashed too.
    actor: about.actor,
    reason: about.reason,
  };
}
