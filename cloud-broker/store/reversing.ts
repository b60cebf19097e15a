/** The writes of taking back: shared by unenrolling (E14) and by the operator (L9). */
import { RollcallError } from '../../protocol/errors.ts';
import { isSecondThoughts, reversalOf, reversedCredits, type Reversible } from '../ledger/reversal.ts';
import type { WriteContext } from './context.ts';
import type { DomainRow } from './domain-rows.ts';
import { headOf, post, requestOf, SELECT_TRANSFER, settleDays, type TransferRow } from './posting.ts';
import type { Sql } from './sql.ts';

function reversible(row: TransferRow): Reversible {
  const { kind, direction, vendor, credits, deviceId, boardId, productKeyId } = requestOf(row);
  return { id: row.id, kind, direction, vendor, credits, deviceId, boardId, productKeyId };
}

/**
 * L9: reverses one transfer as far as the balance goes, after the open days (L6); a grant's credits return to the board's left. Null where the balance
 * is zero. Refuses with `conflict`: `already-reversed`, `is-a-reversal`.
 */
export function reverseTransfer(
  context: WriteContext,
  domain: DomainRow,
  row: TransferRow,
  about: { now: number; actor: string; reason: string | null },
): { transferId: number; credits: number } | null {
  const { sql } = context;
  if (row.kind === 'reversal') throw new RollcallError('conflict', { reason: 'is-a-reversal', n: row.n });
  if (sql.get('SELECT 1 AS found FROM transfers WHERE reverses = ?', row.id) !== null)
    throw new RollcallError('conflict', { reason: 'already-reversed', n: row.n });
  settleDays(context, domain, about.now);
  const booked = reversible(row);
  const credits = reversedCredits(booked, headOf(sql, domain.id)?.balance ?? 0);
  if (credits === 0) return null;
  const { transferId } = post(context, domain, reversalOf(booked, credits, about), about.now);
  if (booked.kind === 'enrolment' && booked.boardId !== null)
    sql.run('UPDATE boards SET left_credits = left_credits + ? WHERE id = ?', credits, booked.boardId);
  return { transferId, credits };
}

/** The last grant of a board in a domain that was not taken back yet; null where there is none. */
function lastGrant(sql: Sql, domainId: number, boardId: number): TransferRow | null {
  return sql.get<TransferRow>(
    `${SELECT_TRANSFER} WHERE t.board_id = ? AND t.domain_id = ? AND t.kind = 'enrolment'
     AND NOT EXISTS (SELECT 1 FROM transfers r WHERE r.reverses = t.id) ORDER BY t.id DESC LIMIT 1`,
    boardId,
    domainId,
  );
}

/** E14: takes a board's last grant back; `withSecondThoughts` only within 72 h of it. The credits that were taken. */
export function takeGrantBack(
  context: WriteContext,
  domain: DomainRow,
  boardId: number,
  about: { now: number; actor: string; reason: string | null; withSecondThoughts: boolean },
): number {
  const grant = lastGrant(context.sql, domain.id, boardId);
  if (grant === null || (about.withSecondThoughts && !isSecondThoughts(grant.at, about.now))) return 0;
  return reverseTransfer(context, domain, grant, about)?.credits ?? 0;
}
