import { RollcallError, type Language } from '../../../protocol/errors.ts';
import { domainName } from '../../../protocol/text.ts';
import { firstChargedDay } from '../../ledger/usage.ts';
import { trialEnd } from '../../domains/status.ts';
import { EMPTY_HASH } from '../../ledger/transfers.ts';
import { insertUser, type NewUser } from '../account-rows.ts';
import type { WriteContext } from '../context.ts';
import { domainByName } from '../domain-rows.ts';
import { isNameFree } from '../queries/names.ts';

/** What is known of a domain when it is laid down. */
export interface DomainDetails {
  now: number;
  name: string;
  email: string;
  organization: string;
  contactName: string;
  phone: string;
  language: Language;
}

export interface CreateDomainInput extends Omit<DomainDetails, 'language'> {
  language?: Language;
  /** D6: its first user. */
  owner?: NewUser;
  /** Who activates it at once, with its first user in the same transaction: what the operator does. */
  activatedBy?: string;
}

/** A domain without a mail: with `owner` and `activatedBy` whole at once. Refuses with `name-invalid` or `name-taken`. */
export function createDomain(context: WriteContext, input: CreateDomainInput): { domainId: number } {
  const { now, owner, activatedBy } = input;
  const { domainId } = layDomain(context, { ...input, language: input.language ?? 'en' });
  if (owner !== undefined) insertUser(context.sql, owner, domainId, now);
  if (activatedBy !== undefined) activateDomain(context, { now, domainId, actor: activatedBy });
  return { domainId };
}

/**
 * D1: lays a domain down, unconfirmed. A name whose sign-up was never confirmed is free again 7 days after its last mail, at once
 * where none was ever sent; what the earlier try left is gone then. Refuses with `name-invalid` or `name-taken`.
 */
export function layDomain(context: WriteContext, input: DomainDetails): { domainId: number } {
  const { sql } = context;
  if (!domainName.safeParse(input.name).success) throw new RollcallError('name-invalid');
  if (!isNameFree(sql, input.name, input.now)) throw new RollcallError('name-taken');
  const { organization, contactName, phone, email, language, now } = input;
  const existing = domainByName(sql, input.name);
  if (existing !== null) {
    sql.run('DELETE FROM outbox WHERE domain_id = ? AND sent_at IS NULL', existing.id);
    sql.run('DELETE FROM auth_user WHERE "domainId" = ?', existing.id);
    sql.run(
      `UPDATE domains SET organization = ?, contact_name = ?, phone = ?, email = ?, language = ?, created_at = ?,
       confirmation_mailed_at = NULL WHERE id = ?`,
      organization,
      contactName,
      phone,
      email,
      language,
      now,
      existing.id,
    );
    return { domainId: existing.id };
  }
  const domainId = sql.insert(
    'INSERT INTO domains (name, organization, contact_name, phone, email, language, created_at) VALUES (?, ?, ?, ?, ?, ?, ?)',
    input.name,
    organization,
    contactName,
    phone,
    email,
    language,
    now,
  );
  sql.run('INSERT INTO ledger_heads (domain_id, n, hash, balance, at) VALUES (?, 0, ?, 0, 0)', domainId, EMPTY_HASH);
  return { domainId };
}

/** D3: the 30-day trial starts at activation. Activating again changes nothing. */
export function activateDomain(
  context: WriteContext,
  input: { now: number; domainId: number; actor: string; address?: string },
): void {
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
      address: input.address ?? null,
      action: 'domain.activated',
      subject: String(input.domainId),
    });
}

export interface EnrolmentPolicy {
  now: number;
  name: string;
  actor: string;
  address?: string;
  correlationId?: string;
  unlisted: 'approve' | 'accept' | null;
  /** Keyed hash and sealed text of a new pairing code; `none` asks for none any more; null leaves it. */
  pairing: { hash: string; sealed: Uint8Array } | 'none' | null;
  /** Until when the old code stays good (D7: up to 7 days); null ends it at once. */
  previousUntil: number | null;
  /** Unproven grants a day (E14); only the operator sets it. */
  unprovenLimit?: number | null;
}

/** D7: how new boards get in. The code itself is never seen here, nor in the audit entry. */
export function setEnrolmentPolicy(context: WriteContext, input: EnrolmentPolicy): void {
  const { sql } = context;
  const domain = domainByName(sql, input.name);
  if (domain === null) throw new RollcallError('not-found');
  if (input.unlisted !== null) sql.run('UPDATE domains SET unlisted = ? WHERE id = ?', input.unlisted, domain.id);
  const unprovenLimit = input.unprovenLimit ?? null;
  if (unprovenLimit !== null) sql.run('UPDATE domains SET unproven_limit = ? WHERE id = ?', unprovenLimit, domain.id);
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
    address: input.address ?? null,
    action: 'domain.enrolment-policy',
    subject: domain.name,
    details: {
      before: { unlisted: domain.unlisted, pairingCode: domain.pairingHash === null ? 'none' : 'set' },
      unlisted: input.unlisted,
      pairingCode: input.pairing === null ? null : input.pairing === 'none' ? 'none' : 'new',
      ...(unprovenLimit === null ? {} : { unprovenLimit: { from: domain.unprovenLimit, to: unprovenLimit } }),
    },
  });
}
