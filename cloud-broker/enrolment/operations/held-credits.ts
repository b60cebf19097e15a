import { RollcallError } from '../../../protocol/errors.ts';
import { serialKey } from '../../../protocol/text.ts';
import { grantFor } from '../rules/decide.ts';
import type { WriteContext } from '../../store/commit.ts';
import { boardBySerial } from '../../register/rows.ts';
import { domainById, type DomainRow } from '../../domains/rows.ts';
import { bookGrant } from '../enrolling.ts';
import { entitlementOf } from '../facts.ts';
import type { Reads } from '../../store/tx.ts';
import { domainWithBooks, refuseClosedBooks } from '../../domains/open-books.ts';

export interface ReleaseCreditsInput {
  now: number;
  actor: string;
  of: { serial: string } | { invoice: string; domain: string };
  /** Maximum boards per call, so that other writers need not wait. */
  most: number;
}

interface HeldDevice {
  id: string;
  serialKey: string;
  domainId: number;
}

const HELD = `SELECT d.id, b.serial_key AS serialKey, d.domain_id AS domainId FROM devices d JOIN boards b ON b.id = d.board_id
  WHERE d.state = 'enrolled' AND d.grant_reason = 'held'`;

async function heldOf(tx: Reads, { of, now, most }: ReleaseCreditsInput): Promise<HeldDevice[]> {
  if ('serial' in of) {
    const board = await boardBySerial(tx, serialKey(of.serial));
    if (board === null) throw new RollcallError('not-found', { serial: of.serial });
    return await tx.all<HeldDevice>(`${HELD} AND d.board_id = ? LIMIT ?`, board.id, most);
  }
  const domain = await domainWithBooks(tx, of.domain, now);
  return await tx.all<HeldDevice>(`${HELD} AND d.domain_id = ? AND b.invoice = ? LIMIT ?`, domain.id, of.invoice, most);
}

/**
 * E14: releases a batch of held credits: of one board, or of all boards of an invoice in a domain. Each is granted as if the board had just enrolled
 * with a proof; a repeated call finds none held. `done` when none are left. Refuses with `not-found`, or with `conflict` in a closed domain.
 */
export async function releaseCredits(
  context: WriteContext,
  input: ReleaseCreditsInput,
): Promise<{ released: number; credits: number; done: boolean }> {
  const held = await heldOf(context.tx, input);
  let [released, credits] = [0, 0];
  for (const device of held) {
    const granted = await release(context, device, input);
    if (granted > 0) released += 1;
    credits += granted;
  }
  return { released, credits, done: held.length < input.most };
}

async function openDomainOf(tx: Reads, domainId: number, now: number): Promise<DomainRow> {
  const domain = await domainById(tx, domainId);
  if (domain === null) throw new RollcallError('not-found');
  return refuseClosedBooks(domain, now);
}

async function release(context: WriteContext, device: HeldDevice, { now, actor }: ReleaseCreditsInput): Promise<number> {
  const { tx } = context;
  const domain = await openDomainOf(tx, device.domainId, now);
  const board = await boardBySerial(tx, device.serialKey);
  if (board === null) throw new Error(`the board of device ${device.id} is gone`);
  // By its current register line: its credits may now come with a product key, or be gone.
  const grant = grantFor({ ...(await entitlementOf(tx, board, domain.id)), hasFactoryKey: true }, 0);
  tx.send('UPDATE devices SET granted = ?, grant_reason = ? WHERE id = ?', grant.credits, grant.reason, device.id);
  await bookGrant(context, domain, { deviceId: device.id, board, grant, actor, isProven: true }, now);
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
