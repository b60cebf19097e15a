/** Reversals (L2, L9, E14), as pure rules. */
import type { TransferKind, TransferRequest, VendorAccount } from './transfers.ts';

const HOUR_MS = 3_600_000;
/** E14: unenrolling a board within 72 h of its grant reverses the grant. */
const SECOND_THOUGHTS_MS = 72 * HOUR_MS;

export function isSecondThoughts(grantedAt: number, now: number): boolean {
  return now - grantedAt < SECOND_THOUGHTS_MS;
}

/** What a reversal needs of the booked transfer. */
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

export interface ReversalFacts {
  isReversed: boolean;
  /** Of the domain, with its open days closed (L6). */
  balance: number;
  /** What the board's grants left in domains, beyond what was made good for them; null for other transfers. */
  notMadeGood: number | null;
}

/** Why a transfer is not reversed. */
export type ReversalRefusal = 'is-a-reversal' | 'already-reversed' | 'balance-is-zero' | 'made-good';

/**
 * L9: what a reversal takes: the smaller of the transfer and the balance, at least 1; a transfer out of the domain comes back whole. What the vendor
 * has made good for a grant is not taken back as well, or its board would bring it twice. Refusals are in the order of the checks.
 */
export function reversedCredits(
  booked: Reversible,
  facts: ReversalFacts,
): { credits: number; refusal: null } | { credits: 0; refusal: ReversalRefusal } {
  const refused = (refusal: ReversalRefusal): { credits: 0; refusal: ReversalRefusal } => ({ credits: 0, refusal });
  if (booked.kind === 'reversal') return refused('is-a-reversal');
  if (facts.isReversed) return refused('already-reversed');
  const credits = booked.direction === 'out' ? booked.credits : Math.min(booked.credits, facts.balance);
  if (credits === 0) return refused('balance-is-zero');
  if (facts.notMadeGood !== null && credits > facts.notMadeGood) return refused('made-good');
  return { credits, refusal: null };
}

/** L4. */
const reversalKey = (transferId: number): string => `reversal:${transferId}`;

/** L2: a reversal names the transfer it reverses and goes the other way between the same accounts. */
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
    idempotencyKey: reversalKey(id),
    date: null,
    deviceId,
    boardId,
    productKeyId,
    reverses: id,
    actor: about.actor,
    reason: about.reason,
  };
}

/** A grant of a board, and what became of it. */
export interface Grant {
  domainId: number;
  credits: number;
  /** What its reversal took; null if it was not reversed. */
  takenBack: number | null;
  /** Of its domain, now. */
  balance: number;
}

/**
 * L9: credits of a board that other domains keep because their balance did not cover the reversal, and that the vendor has not made good yet. A grant
 * that was not reversed despite a balance is not missing: it can still be reversed.
 */
export function missingCredits(grants: readonly Grant[], here: number, madeGood: number): number {
  const kept = grants
    .filter(({ domainId }) => domainId !== here)
    .map(({ credits, takenBack, balance }) => (takenBack !== null ? credits - takenBack : balance === 0 ? credits : 0));
  return Math.max(0, kept.reduce((sum, credits) => sum + credits, 0) - madeGood);
}
