/** The writes of reversals: shared by unenrolment (E14) and by the operator (L9). */
import { RollcallError } from '../../protocol/errors.ts';
import {
  isSecondThoughts,
  reversalOf,
  reversedCredits,
  type ReversalRefusal,
  type Reversible,
} from '../ledger/rules/reversal.ts';
import type { WriteContext } from '../store/commit.ts';
import type { DomainRow } from '../domains/rows.ts';
import { headOf, post, requestOf, SELECT_TRANSFER, settleDays, TRANSFER, type TransferRow } from '../ledger/posting.ts';
import type { Reads } from '../store/tx.ts';
import { forgetPlace } from './unproven.ts';

/** Who makes the reversal, when and why. */
export interface TakingBack {
  now: number;
  actor: string;
  reason: string | null;
}

function reversible(row: TransferRow): Reversible {
  const { kind, direction, vendor, credits, deviceId, boardId, productKeyId } = requestOf(row);
  return { id: row.id, kind, direction, vendor, credits, deviceId, boardId, productKeyId };
}

export interface BoardBooks {
  /** What the board's grants brought to domains, less reversals. */
  kept: number;
  /** What the vendor gave for the part not covered by reversals (L9). */
  madeGood: number;
}

/** What the books record about a board. */
export async function boardBooks(tx: Reads, boardId: number): Promise<BoardBooks> {
  const row = await tx.get<BoardBooks>(
    `SELECT coalesce(sum(CASE 'vendor:grants' WHEN debit THEN credits WHEN credit THEN -credits ELSE 0 END), 0) AS kept,
      coalesce(sum(CASE 'vendor:loss' WHEN debit THEN credits WHEN credit THEN -credits ELSE 0 END), 0) AS madeGood
     FROM transfers WHERE board_id = ?`,
    boardId,
  );
  return row ?? { kept: 0, madeGood: 0 };
}

async function notMadeGood(tx: Reads, { kind, boardId }: Reversible): Promise<number | null> {
  if (kind !== 'enrolment' || boardId === null) return null;
  const { kept, madeGood } = await boardBooks(tx, boardId);
  return kept - madeGood;
}

type Taken = { transferId: number; credits: number; refusal: null } | { credits: 0; refusal: ReversalRefusal };

/** With the open days closed (L6). */
async function take(context: WriteContext, domain: DomainRow, row: TransferRow, about: TakingBack): Promise<Taken> {
  const { tx } = context;
  await settleDays(context, domain, about.now);
  const booked = reversible(row);
  const plan = reversedCredits(booked, {
    isReversed: (await tx.get('SELECT 1 AS found FROM transfers WHERE reverses = ?', row.id)) !== null,
    balance: (await headOf(tx, domain.id))?.balance ?? 0,
    notMadeGood: await notMadeGood(tx, booked),
  });
  if (plan.refusal !== null) return plan;
  const { credits } = plan;
  const { transferId } = await post(context, domain, reversalOf(booked, credits, about), about.now);
  if (booked.kind === 'enrolment' && booked.boardId !== null)
    tx.send('UPDATE boards SET left_credits = left_credits + ? WHERE id = ?', credits, booked.boardId);
  return { transferId, credits, refusal: null };
}

/**
 * L9: reverses one transfer as far as the balance allows; a grant's credits return to the board's left. Refuses with `conflict` and a
 * ReversalRefusal.
 */
export async function reverseTransfer(
  context: WriteContext,
  domain: DomainRow,
  row: TransferRow,
  about: TakingBack,
): Promise<{ transferId: number; credits: number }> {
  const taken = await take(context, domain, row, about);
  if (taken.refusal !== null) throw new RollcallError('conflict', { reason: taken.refusal, n: row.n });
  if (row.kind === 'enrolment' && row.boardId !== null) forgetPlace(context.tx, domain.id, row.boardId, false);
  return { transferId: taken.transferId, credits: taken.credits };
}

/** The last grant of a board in a domain that has not been reversed; null if there is none. */
async function lastGrant(tx: Reads, domainId: number, boardId: number): Promise<TransferRow | null> {
  return await TRANSFER.get(
    tx,
    `${SELECT_TRANSFER} WHERE t.board_id = ? AND t.domain_id = ? AND t.kind = 'enrolment'
     AND NOT EXISTS (SELECT 1 FROM transfers r WHERE r.reverses = t.id) ORDER BY t.n DESC LIMIT 1`,
    boardId,
    domainId,
  );
}

/**
 * E14: reverses a board's last grant as far as possible, for `second-thoughts` only within 72 h of it. Never refuses, because unenrolment must not
 * fail: what cannot be taken stays. `missing` is the part that was not taken back.
 */
export async function takeGrantBack(
  context: WriteContext,
  domain: DomainRow,
  boardId: number,
  about: TakingBack & { when: 'second-thoughts' | 'always' },
): Promise<{ credits: number; missing: number }> {
  const grant = await lastGrant(context.tx, domain.id, boardId);
  const isTaken = grant !== null && (about.when === 'always' || isSecondThoughts(grant.at, about.now));
  const credits = isTaken ? (await take(context, domain, grant, about)).credits : 0;
  // Undoing a mistake does not split an invoice; nor does a release by the operator, whatever the balance did not cover.
  forgetPlace(context.tx, domain.id, boardId, about.when === 'always');
  return { credits, missing: isTaken ? grant.credits - credits : 0 };
}
