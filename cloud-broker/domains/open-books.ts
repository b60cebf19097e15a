import { RollcallError } from '../../protocol/errors.ts';
import { domainByName, statusOf, type DomainRow } from './rows.ts';
import type { Reads } from '../store/tx.ts';

/** Nothing is booked by hand if the name is not confirmed yet (D1), or the balance was forfeited (D8): `conflict`, with the reason. */
export function refuseClosedBooks(domain: DomainRow, now: number): DomainRow {
  const status = statusOf(domain, now);
  if (status === 'unconfirmed' || status === 'closed')
    throw new RollcallError('conflict', { reason: `domain-${status}`, domain: domain.name });
  return domain;
}

/** A domain whose credits may be booked. Refuses with `not-found`, or like refuseClosedBooks. */
export async function domainWithBooks(tx: Reads, name: string, now: number): Promise<DomainRow> {
  const domain = await domainByName(tx, name);
  if (domain === null) throw new RollcallError('not-found', { domain: name });
  return refuseClosedBooks(domain, now);
}
