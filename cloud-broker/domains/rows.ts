import type { DomainStatus } from '../../protocol/api.ts';
import { domainStatus } from './rules/status.ts';
import type { Reads } from '../store/tx.ts';

export interface DomainRow {
  id: number;
  name: string;
  organization: string;
  email: string;
  createdAt: number;
  activatedAt: number | null;
  trialEndsAt: number | null;
  /** D8: when the domain is closed; if in the future, closing can still be withdrawn. */
  closingAt: number | null;
  /** When the closing job finished. */
  closedAt: number | null;
  credited: 0 | 1;
  /** First UTC day whose use has not been closed (L6), in days since 1970. */
  nextUsageDay: number | null;
  unlisted: 'approve' | 'accept';
  pairingHash: string | null;
  pairingPreviousHash: string | null;
  pairingPreviousUntil: number | null;
  unprovenLimit: number;
  unprovenDay: number;
  unprovenCount: number;
  balance: number;
}

const SELECT = `SELECT d.id, d.name, d.organization, d.email, d.created_at AS createdAt, d.activated_at AS activatedAt,
  d.trial_ends_at AS trialEndsAt, d.closing_at AS closingAt, d.closed_at AS closedAt, d.credited, d.next_usage_day AS nextUsageDay, d.unlisted, d.pairing_hash AS pairingHash,
  d.pairing_previous_hash AS pairingPreviousHash, d.pairing_previous_until AS pairingPreviousUntil,
  d.unproven_limit AS unprovenLimit, d.unproven_day AS unprovenDay, d.unproven_count AS unprovenCount,
  coalesce(h.balance, 0) AS balance
  FROM domains d LEFT JOIN ledger_heads h ON h.domain_id = d.id`;

// Complete SQL texts, built once: prepared statements are cached by their text.
const BY_NAME = `${SELECT} WHERE d.name = ?`;
const BY_ID = `${SELECT} WHERE d.id = ?`;

export async function domainByName(tx: Reads, name: string): Promise<DomainRow | null> {
  return await tx.get<DomainRow>(BY_NAME, name);
}

export async function domainById(tx: Reads, id: number): Promise<DomainRow | null> {
  return await tx.get<DomainRow>(BY_ID, id);
}

export function statusOf(row: DomainRow, now: number): DomainStatus {
  const { activatedAt, trialEndsAt, closingAt, closedAt, credited, balance } = row;
  return domainStatus({ activatedAt, trialEndsAt, closedAt: closingAt ?? closedAt, credited: credited === 1 }, balance, now);
}
