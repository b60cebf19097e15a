/** What only the operator does with credits: releasing boards, letting held credits go, corrections (E14, L9, L2). */
import { RollcallError } from '../../../protocol/errors.ts';
import { serialKey } from '../../../protocol/text.ts';
import type { WriteContext } from '../context.ts';
import { boardBySerial, type BoardRow } from '../device-rows.ts';
import { domainById, domainByName, type DomainRow } from '../domain-rows.ts';
import { bookGrant } from '../enrolling.ts';
import { post, SELECT_TRANSFER, type TransferRow } from '../posting.ts';
import { reverseTransfer, takeGrantBack } from '../reversing.ts';
import type { Sql } from '../sql.ts';
import { unenrol } from './devices.ts';

interface ByOperator {
  now: number;
  actor: string;
  reason: string;
}

function listedBoard(sql: Sql, serial: string): BoardRow {
  const board = boardBySerial(sql, serialKey(serial));
  if (board === null) throw new RollcallError('not-found', { serial });
  return board;
}

function whereEnrolled(sql: Sql, boardId: number): { deviceId: string; domain: DomainRow } | null {
  const device = sql.get<{ id: string; domainId: number }>(
    "SELECT id, domain_id AS domainId FROM devices WHERE board_id = ? AND state = 'enrolled'",
    boardId,
  );
  const domain = device === null ? null : domainById(sql, device.domainId);
  return device === null || domain === null ? null : { deviceId: device.id, domain };
}

export interface Released {
  serial: string;
  domain: string;
  deviceId: string;
  takenBack: number;
  left: number;
}

/** E14: unenrols a board wherever it is and takes its grant back. Refuses with `not-found`, or `conflict` where it is not enrolled. */
export function releaseBoard(context: WriteContext, input: ByOperator & { serial: string }): Released {
  const { sql } = context;
  const { now, actor, reason } = input;
  const board = listedBoard(sql, input.serial);
  const place = whereEnrolled(sql, board.id);
  if (place === null) throw new RollcallError('conflict', { reason: 'not-enrolled', serial: board.serial });
  const { deviceId, domain } = place;
  // First, so that unenrolling does not take it back with another reason.
  const takenBack = takeGrantBack(context, domain, board.id, { now, actor, reason, withSecondThoughts: false });
  unenrol(context, { now, id: deviceId, domainId: domain.id, actor, address: null });
  const details = { serial: board.serial, domain: domain.name, takenBack, reason };
  context.audit({ domainId: domain.id, at: now, actor, action: 'board.released', subject: deviceId, details });
  context.audit({ domainId: null, at: now, actor, action: 'board.released', subject: board.serial, details });
  const left = listedBoard(sql, input.serial).leftCredits;
  return { serial: board.serial, domain: domain.name, deviceId, takenBack, left };
}

interface HeldDevice {
  id: string;
  serialKey: string;
  domainId: number;
}

/** E14: lets held credits go: of one board, or of all boards of an invoice in a domain. Again it finds none held. */
export function releaseCredits(
  context: WriteContext,
  input: { now: number; actor: string; of: { serial: string } | { invoice: string; domain: string } },
): { released: number; credits: number } {
  const { sql } = context;
  const { now, actor, of } = input;
  if ('serial' in of) listedBoard(sql, of.serial);
  const domainOf = 'serial' in of ? null : domainByName(sql, of.domain);
  if (!('serial' in of) && domainOf === null) throw new RollcallError('not-found', { domain: of.domain });
  const held = sql.all<HeldDevice>(
    `SELECT d.id, b.serial_key AS serialKey, d.domain_id AS domainId FROM devices d JOIN boards b ON b.id = d.board_id
     WHERE d.state = 'enrolled' AND d.grant_reason = 'held' AND (? IS NULL OR b.serial_key = ?) AND (? IS NULL OR (b.invoice = ? AND d.domain_id = ?))`,
    ...('serial' in of
      ? [serialKey(of.serial), serialKey(of.serial), null, null, null]
      : [null, null, of.invoice, of.invoice, domainOf?.id ?? 0]),
  );
  let credits = 0;
  for (const device of held) {
    const board = boardBySerial(sql, device.serialKey);
    const domain = domainById(sql, device.domainId);
    if (board === null || domain === null) continue;
    const grant = { credits: board.leftCredits, reason: 'granted' as const };
    sql.run(
      'UPDATE devices SET granted = ?, grant_reason = ? WHERE id = ?',
      grant.credits,
      grant.credits === 0 ? 'none-left' : grant.reason,
      device.id,
    );
    bookGrant(context, domain, { deviceId: device.id, board, grant, actor }, now);
    context.audit({
      domainId: domain.id,
      at: now,
      actor,
      action: 'credits.released',
      subject: device.id,
      details: { credits: grant.credits },
    });
    context.emit(domain.id, now, { type: 'device', data: { deviceId: device.id } });
    credits += grant.credits;
  }
  return { released: held.length, credits };
}

function knownDomain(sql: Sql, name: string): DomainRow {
  const domain = domainByName(sql, name);
  if (domain === null) throw new RollcallError('not-found', { domain: name });
  return domain;
}

/** A correction by the operator: credits into the domain, or out of it with a minus. The same id with the same content is booked once (L4). */
export function adjust(
  context: WriteContext,
  input: ByOperator & { domain: string; credits: number; id: string },
): { transferId: number; repeated: boolean } {
  const domain = knownDomain(context.sql, input.domain);
  const { now, actor, reason, credits, id } = input;
  const booked = post(
    context,
    domain,
    {
      kind: 'adjustment',
      direction: credits > 0 ? 'in' : 'out',
      vendor: 'vendor:adjustments',
      credits: Math.abs(credits),
      idempotencyKey: `adjustment:${id}`,
      date: null,
      deviceId: null,
      boardId: null,
      productKeyId: null,
      reverses: null,
      reason,
      actor,
    },
    now,
  );
  if (!booked.repeated)
    context.audit({ domainId: domain.id, at: now, actor, action: 'ledger.adjusted', subject: id, details: { credits, reason } });
  return booked;
}

/** L2: reverses row `n` of the domain's chain. Refuses as reverseTransfer does, with `not-found`, or `conflict` where the balance is zero. */
export function reverse(
  context: WriteContext,
  input: ByOperator & { domain: string; n: number },
): { transferId: number; credits: number } {
  const { sql } = context;
  const domain = knownDomain(sql, input.domain);
  const row = sql.get<TransferRow>(`${SELECT_TRANSFER} WHERE t.domain_id = ? AND t.n = ?`, domain.id, input.n);
  if (row === null) throw new RollcallError('not-found', { n: input.n });
  const { now, actor, reason } = input;
  const reversed = reverseTransfer(context, domain, row, { now, actor, reason });
  if (reversed === null) throw new RollcallError('conflict', { reason: 'balance-is-zero' });
  context.audit({
    domainId: domain.id,
    at: now,
    actor,
    action: 'ledger.reversed',
    subject: String(input.n),
    details: { credits: reversed.credits, reason },
  });
  return reversed;
}

/**
 * L9: what reversals of a board's grants did not cover, given from the vendor's `loss` account to the domain where the board is now: the customer
 * never owes it. Refuses with `conflict` where the board is not enrolled or nothing is missing.
 */
export function makeGood(context: WriteContext, input: ByOperator & { serial: string }): { domain: string; credits: number } {
  const { sql } = context;
  const { now, actor, reason } = input;
  const board = listedBoard(sql, input.serial);
  const place = whereEnrolled(sql, board.id);
  if (place === null) throw new RollcallError('conflict', { reason: 'not-enrolled', serial: board.serial });
  const booked = sql.get<{ missing: number | null; times: number }>(
    `SELECT sum(CASE WHEN r.id IS NOT NULL THEN t.credits - r.credits WHEN t.debit = 'vendor:loss' THEN -t.credits ELSE 0 END) AS missing,
       sum(t.debit = 'vendor:loss') AS times
     FROM transfers t LEFT JOIN transfers r ON r.reverses = t.id WHERE t.board_id = ? AND (t.kind = 'enrolment' OR t.debit = 'vendor:loss')`,
    board.id,
  );
  const credits = booked?.missing ?? 0;
  if (credits <= 0) throw new RollcallError('conflict', { reason: 'nothing-missing', serial: board.serial });
  post(
    context,
    place.domain,
    {
      kind: 'adjustment',
      direction: 'in',
      vendor: 'vendor:loss',
      credits,
      idempotencyKey: `adjustment:make-good:${board.serialKey}:${(booked?.times ?? 0) + 1}`,
      date: null,
      deviceId: place.deviceId,
      boardId: board.id,
      productKeyId: null,
      reverses: null,
      reason,
      actor,
    },
    now,
  );
  context.audit({
    domainId: place.domain.id,
    at: now,
    actor,
    action: 'board.made-good',
    subject: board.serial,
    details: { credits, reason },
  });
  return { domain: place.domain.name, credits };
}
