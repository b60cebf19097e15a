import { RollcallError } from '../../../protocol/errors.ts';
import { serialKey } from '../../../protocol/text.ts';
import { grantFor } from '../../enrollment/decide.ts';
import type { WriteContext } from '../context.ts';
import { boardBySerial } from '../board-rows.ts';
import { domainById, type DomainRow } from '../domain-rows.ts';
import { bookGrant } from '../enrolling.ts';
import { entitlementOf } from '../enrolment-facts.ts';
import type { Sql } from '../sql.ts';
import { domainWithBooks, refuseClosedBooks } from './open-books.ts';

export interface ReleaseCreditsInput {
  now: number;
  actor: string;
  of: { serial: string } | { invoice: string; domain: string };
  /** Boards in one go at most, so that others who write need not wait. */
  most: number;
}

interface HeldDevice {
  id: string;
  serialKey: string;
  domainId: number;
}

const HELD = `SELECT d.id, b.serial_key AS serialKey, d.domain_id AS domainId FROM devices d JOIN boards b ON b.id = d.board_id
  WHERE d.state = 'enrolled' AND d.grant_reason = 'held'`;

function heldOf(sql: Sql, { of, now, most }: ReleaseCreditsInput): HeldDevice[] {
  if ('serial' in of) {
    const board = boardBySerial(sql, serialKey(of.serial));
    if (board === null) throw new RollcallError('not-found', { serial: of.serial });
    return sql.all<HeldDevice>(`${HELD} AND d.board_id = ? LIMIT ?`, board.id, most);
  }
  const domain = domainWithBooks(sql, of.domain, now);
  return sql.all<HeldDevice>(`${HELD} AND d.domain_id = ? AND b.invoice = ? LIMIT ?`, domain.id, of.invoice, most);
}

/**
 * E14: lets a piece of the held credits go: of one board, or of all boards of an invoice in a domain. Each is granted now as if it had just
 * enrolled with a proof; again it finds none held. `done` when none is left. Refuses with `not-found`, or `conflict` in a closed domain.
 */
export function releaseCredits(
  context: WriteContext,
  input: ReleaseCreditsInput,
): { released: number; credits: number; done: boolean } {
  const held = heldOf(context.sql, input);
  const granted = held.map((device) => release(context, device, input)).filter((credits) => credits > 0);
  return {
    released: granted.length,
    credits: granted.reduce((sum, credits) => sum + credits, 0),
    done: held.length < input.most,
  };
}

function openDomainOf(sql: Sql, domainId: number, now: number): DomainRow {
  const domain = domainById(sql, domainId);
  if (domain === null) throw new RollcallError('not-found');
  return refuseClosedBooks(domain, now);
}

function release(context: WriteContext, device: HeldDevice, { now, actor }: ReleaseCreditsInput): number {
  const { sql } = context;
  const domain = openDomainOf(sql, device.domainId, now);
  const board = boardBySerial(sql, device.serialKey);
  if (board === null) throw new Error(`the board of device ${device.id} is gone`);
  // What its line says now: meanwhile its credits may come with a product key, or be none.
  const grant = grantFor({ ...entitlementOf(sql, board, domain.id), hasFactoryKey: true }, 0);
  sql.run('UPDATE devices SET granted = ?, grant_reason = ? WHERE id = ?', grant.credits, grant.reason, device.id);
  bookGrant(context, domain, { deviceId: device.id, board, grant, actor, isProven: true }, now);
  context.audit({
    domainId: domain.id,
    at: now,
    actor,
    action: 'credits.released',
    subject: device.id,
    details: { serial: board.serial, credits: grant.credits, reason: grant.reason },
  });
  context.emit(domain.id, now, { type: 'device', data: { deviceId: device.id } });
  return grant.credits;
}
