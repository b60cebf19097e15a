import { RollcallError } from '../../../protocol/errors.ts';
import { domainName } from '../../../protocol/text.ts';
import { firstChargedDay, trialEnd } from '../../domains/status.ts';
import { EMPTY_HASH } from '../../ledger/transfers.ts';
import type { WriteContext } from '../context.ts';
import { domainByName } from '../domain-rows.ts';

/** D1: an unconfirmed name is free again 7 days after its last mail. */
const NAME_HELD_MS = 7 * 86_400_000;

export interface CreateDomainInput {
  now: number;
  name: string;
  email: string;
  organization: string;
  contactName: string;
  phone: string;
  /** Whether the operator makes it: then an unconfirmed name of the same kind is taken up where it was left. */
  byOperator: boolean;
}

/** D1: lays a domain down, unconfirmed. Refuses with `name-invalid` or `name-taken`. */
export function createDomain(context: WriteContext, input: CreateDomainInput): { domainId: number } {
  const { sql } = context;
  if (!domainName.safeParse(input.name).success) throw new RollcallError('name-invalid');
  const existing = domainByName(sql, input.name);
  if (existing !== null) {
    const mailed =
      sql.get<{ at: number | null }>('SELECT confirmation_mailed_at AS at FROM domains WHERE id = ?', existing.id)?.at ?? null;
    const free = existing.activatedAt === null && (mailed === null ? input.byOperator : mailed + NAME_HELD_MS < input.now);
    if (!free) throw new RollcallError('name-taken');
    sql.run(
      'UPDATE domains SET email = ?, organization = ?, contact_name = ?, phone = ?, created_at = ?, confirmation_mailed_at = NULL WHERE id = ?',
      input.email,
      input.organization,
      input.contactName,
      input.phone,
      input.now,
      existing.id,
    );
    return { domainId: existing.id };
  }
  const row = sql.get<{ id: number }>(
    'INSERT INTO domains (name, organization, contact_name, phone, email, created_at) VALUES (?, ?, ?, ?, ?, ?) RETURNING id',
    input.name,
    input.organization,
    input.contactName,
    input.phone,
    input.email,
    input.now,
  );
  if (row === null) throw new Error('the domain was not stored');
  sql.run('INSERT INTO ledger_heads (domain_id, n, hash, balance, at) VALUES (?, 0, ?, 0, 0)', row.id, EMPTY_HASH);
  return { domainId: row.id };
}

/** D3: the 30-day trial starts at activation. Activating again changes nothing. */
export function activateDomain(context: WriteContext, input: { now: number; domainId: number; actor: string }): void {
  const changed = context.sql.run(
    'UPDATE domains SET activated_at = ?, trial_ends_at = ?, next_usage_day = ? WHERE id = ? AND activated_at IS NULL',
    input.now,
    trialEnd(input.now),
    firstChargedDay(trialEnd(input.now)),
    input.domainId,
  );
  if (changed > 0)
    context.audit({
      domainId: input.domainId,
      at: input.now,
      actor: input.actor,
      action: 'domain.activated',
      subject: String(input.domainId),
    });
}

export interface EnrolmentPolicy {
  now: number;
  name: string;
  actor: string;
  unlisted: 'approve' | 'accept' | null;
  /** Keyed hash and sealed text of a new pairing code; `none` asks for none any more; null leaves it. */
  pairing: { hash: string; sealed: Uint8Array } | 'none' | null;
  /** Until when the old code stays good (D7: up to 7 days); null ends it at once. */
  previousUntil: number | null;
}

/** D7: how new boards get in. The code itself is never seen here, nor in the audit entry. */
export function setEnrolmentPolicy(context: WriteContext, input: EnrolmentPolicy): void {
  const { sql } = context;
  const domain = domainByName(sql, input.name);
  if (domain === null) throw new RollcallError('not-found');
  if (input.unlisted !== null) sql.run('UPDATE domains SET unlisted = ? WHERE id = ?', input.unlisted, domain.id);
  if (input.pairing === 'none') {
    sql.run(
      'UPDATE domains SET pairing_hash = NULL, pairing_sealed = NULL, pairing_previous_hash = NULL, pairing_previous_until = NULL WHERE id = ?',
      domain.id,
    );
  } else if (input.pairing !== null) {
    sql.run(
      'UPDATE domains SET pairing_previous_hash = pairing_hash, pairing_previous_until = ?, pairing_hash = ?, pairing_sealed = ? WHERE id = ?',
      input.previousUntil,
      input.pairing.hash,
      input.pairing.sealed,
      domain.id,
    );
  }
  context.audit({
    domainId: domain.id,
    at: input.now,
    actor: input.actor,
    action: 'domain.enrolment-policy',
    subject: domain.name,
    details: {
      unlisted: input.unlisted,
      pairingCode: input.pairing === null ? 'unchanged' : input.pairing === 'none' ? 'none' : 'new',
    },
  });
}
