/** What only the operator does with booked credits: releasing boards, making good, corrections (E14, L9, L2). */
import { RollcallError } from '../../../protocol/errors.ts';
import { serialKey } from '../../../protocol/text.ts';
import { missingCredits, type Grant } from '../../ledger/rules/reversal.ts';
import type { TransferRequest } from '../../ledger/rules/transfers.ts';
import type { WriteContext } from '../../store/commit.ts';
import { boardBySerial, type BoardRow } from '../../register/rows.ts';
import { domainById, type DomainRow } from '../../domains/rows.ts';
import { post, SELECT_TRANSFER, TRANSFER } from '../../ledger/posting.ts';
import { boardBooks, reverseTransfer, takeGrantBack } from '../../register/reversing.ts';
import type { Reads } from '../../store/tx.ts';
import { endEnrolment } from '../../enrolment/operations/unenrol.ts';
import { domainWithBooks, refuseClosedBooks } from '../../domains/open-books.ts';

interface ByOperator {
  now: number;
  actor: string;
  reason: string;
}

interface Place {
  board: BoardRow;
  deviceId: string;
  domain: DomainRow;
}

/** Refuses with `not-found` if the serial number is not listed, and with `conflict` if its board is not enrolled. */
async function whereEnrolled(tx: Reads, serial: string): Promise<Place> {
  const board = await boardBySerial(tx, serialKey(serial));
  if (board === null) throw new RollcallError('not-found', { serial });
  const device = await tx.get<{ id: string; domainId: number }>(
    "SELECT id, domain_id AS domainId FROM devices WHERE board_id = ? AND state = 'enrolled'",
    board.id,
  );
  const domain = device === null ? null : await domainById(tx, device.domainId);
  if (device === null || domain === null) throw new RollcallError('conflict', { reason: 'not-enrolled', serial: board.serial });
  return { board, deviceId: device.id, domain };
}

export interface Released {
  serial: string;
  domain: string;
  deviceId: string;
  takenBack: number;
  /** Not covered by the balance. */
  missing: number;
  left: number;
}

/**
 * E14: unenrols a board wherever it is and reverses its grant, however old. Audited in the domain that loses it and, as its next domain is unknown,
 * in the operator's own log. Refuses like whereEnrolled.
 */
export async function releaseBoard(context: WriteContext, input: ByOperator & { serial: string }): Promise<Released> {
  const { now, actor, reason } = input;
  const { board, deviceId, domain } = await whereEnrolled(context.tx, input.serial);
  await endEnrolment(context, { now, id: deviceId, domainId: domain.id, actor, address: null });
  const taken = await takeGrantBack(context, domain, board.id, { now, actor, reason, when: 'always' });
  const details = { serial: board.serial, domain: domain.name, takenBack: taken.credits, missing: taken.missing, reason };
  context.audit({ domainId: domain.id, at: now, actor, action: 'board.released', subject: deviceId, details });
  context.audit({ domainId: null, at: now, actor, action: 'board.released', subject: board.serial, details });
  return {
    serial: board.serial,
    domain: domain.name,
    deviceId,
    takenBack: taken.credits,
    missing: taken.missing,
    left: board.leftCredits + taken.credits,
  };
}

type Cause = Pick<TransferRequest, 'vendor' | 'credits' | 'idempotencyKey' | 'deviceId' | 'boardId'>;

/** Books an adjustment: into the domain, or out of it if credits are negative. */
async function bookAdjustment(
  context: WriteContext,
  domain: DomainRow,
  cause: Cause,
  { now, actor, reason }: ByOperator,
): Promise<{ transferId: number; repeated: boolean }> {
  const { credits, ...rest } = cause;
  return await post(
    context,
    domain,
    {
      ...rest,
      kind: 'adjustment',
      direction: credits > 0 ? 'in' : 'out',
      credits: Math.abs(credits),
      date: null,
      productKeyId: null,
      reverses: null,
      reason,
      actor,
    },
    now,
  );
}

/**
 * A correction: credits into the domain, or out of it if negative. The same id with the same content is booked once (L4). Refuses with `not-found` or
 * `conflict`, for instance if the balance would fall below zero (L3).
 */
export async function adjust(
  context: WriteContext,
  input: ByOperator & { domain: string; credits: number; id: string },
): Promise<{ transferId: number; repeated: boolean }> {
  const { now, actor, reason, credits, id } = input;
  const domain = await domainWithBooks(context.tx, input.domain, now);
  const idempotencyKey = `adjustment:${id}`;
  const cause = { vendor: 'vendor:adjustments', credits, idempotencyKey, deviceId: null, boardId: null } as const;
  const booked = await bookAdjustment(context, domain, cause, input);
  if (!booked.repeated)
    context.audit({ domainId: domain.id, at: now, actor, action: 'ledger.adjusted', subject: id, details: { credits, reason } });
  return booked;
}

/** L2: reverses row `n` of the domain's chain. Refuses with `not-found`, or with `conflict` like reverseTransfer. */
export async function reverse(
  context: WriteContext,
  input: ByOperator & { domain: string; n: number },
): Promise<{ transferId: number; credits: number }> {
  const { tx } = context;
  const { now, actor, reason, n } = input;
  const domain = await domainWithBooks(tx, input.domain, now);
  const row = await TRANSFER.get(tx, `${SELECT_TRANSFER} WHERE t.domain_id = ? AND t.n = ?`, domain.id, n);
  if (row === null) throw new RollcallError('not-found', { n });
  const reversed = await reverseTransfer(context, domain, row, { now, actor, reason });
  const details = { credits: reversed.credits, reason };
  context.audit({ domainId: domain.id, at: now, actor, action: 'ledger.reversed', subject: String(n), details });
  return reversed;
}

async function grantsOf(tx: Reads, boardId: number): Promise<Grant[]> {
  return await tx.all<Grant>(
    `SELECT t.domain_id AS domainId, t.credits, r.credits AS takenBack, h.balance
     FROM transfers t LEFT JOIN transfers r ON r.reverses = t.id JOIN ledger_heads h ON h.domain_id = t.domain_id
     WHERE t.board_id = ? AND t.kind = 'enrolment'`,
    boardId,
  );
}

/**
 * L9: gives what reversing a board's grants in other domains did not cover from the vendor's `loss` account to the domain where the board is now.
 * Refuses with `conflict` if the board is not enrolled or nothing is missing.
 */
export async function makeGood(
  context: WriteContext,
  input: ByOperator & { serial: string },
): Promise<{ serial: string; domain: string; credits: number }> {
  const { tx } = context;
  const { now, actor, reason } = input;
  const { board, deviceId, domain } = await whereEnrolled(tx, input.serial);
  refuseClosedBooks(domain, now);
  const credits = missingCredits(await grantsOf(tx, board.id), domain.id, (await boardBooks(tx, board.id)).madeGood);
  if (credits === 0) throw new RollcallError('conflict', { reason: 'nothing-missing', serial: board.serial });
  const times = await tx.get<{ times: number }>(
    "SELECT count(*) AS times FROM transfers WHERE board_id = ? AND kind = 'adjustment'",
    board.id,
  );
  const idempotencyKey = `adjustment:make-good:${board.serialKey}:${(times?.times ?? 0) + 1}`;
  await bookAdjustment(context, domain, { vendor: 'vendor:loss', credits, idempotencyKey, deviceId, boardId: board.id }, input);
  const details = { serial: board.serial, domain: domain.name, credits, reason };
  context.audit({ domainId: domain.id, at: now, actor, action: 'board.made-good', subject: deviceId, details });
  context.audit({ domainId: null, at: now, actor, action: 'board.made-good', subject: board.serial, details });
  return { serial: board.serial, domain: domain.name, credits };
}
