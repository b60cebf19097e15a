import type { DomainStatus } from '../../protocol/api.ts';
import { domainStatus } from './rules/status.ts';
import { readAs, rowType, type RowIn } from '../store/row-type.ts';
import type { Reads } from '../store/tx.ts';

const DOMAIN = rowType('d.', {
  id: 'integer',
  name: 'text',
  organization: 'text',
  email: 'text',
  createdAt: 'integer',
  activatedAt: 'integer?',
  trialEndsAt: 'integer?',
  /** D8: when the domain is closed; if in the future, closing can still be withdrawn. */
  closingAt: 'integer?',
  /** When the closing job finished. */
  closedAt: 'integer?',
  credited: 'flag',
  /** First UTC day whose use has not been closed (L6), in days since 1970. */
  nextUsageDay: 'integer?',
  unlisted: ['approve', 'accept'],
  pairingHash: 'text?',
  pairingPreviousHash: 'text?',
  pairingPreviousUntil: 'integer?',
  unprovenLimit: 'integer',
  unprovenDay: 'integer',
  unprovenCount: 'integer',
  balance: readAs('coalesce(h.balance, 0)', 'integer'),
});
export type DomainRow = RowIn<typeof DOMAIN>;

const SELECT = `SELECT ${DOMAIN.columns} FROM domains d LEFT JOIN ledger_heads h ON h.domain_id = d.id`;

// Complete SQL texts, built once: prepared statements are cached by their text.
const BY_NAME = `${SELECT} WHERE d.name = ?`;
const BY_ID = `${SELECT} WHERE d.id = ?`;

export async function domainByName(tx: Reads, name: string): Promise<DomainRow | null> {
  return await DOMAIN.get(tx, BY_NAME, name);
}

export async function domainById(tx: Reads, id: number): Promise<DomainRow | null> {
  return await DOMAIN.get(tx, BY_ID, id);
}

export function statusOf(row: DomainRow, now: number): DomainStatus {
  const { activatedAt, trialEndsAt, closingAt, closedAt, credited, balance } = row;
  return domainStatus({ activatedAt, trialEndsAt, closedAt: closingAt ?? closedAt, credited: credited === 1 }, balance, now);
}
