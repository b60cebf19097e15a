import { RollcallError, type Language } from '../../../protocol/errors.ts';
import { domainName } from '../../../protocol/text.ts';
import { firstChargedDay } from '../../ledger/rules/usage.ts';
import { trialEnd } from '../rules/status.ts';
import { EMPTY_HASH } from '../../ledger/rules/transfers.ts';
import type { WriteContext } from '../../store/commit.ts';
import { domainByName } from '../rows.ts';
import { isNameFree } from '../queries/names.ts';

/** What is known of a domain when it is created. */
export interface DomainDetails {
  now: number;
  name: string;
  email: string;
  organization: string;
  contactName: string;
  phone: string;
  language: Language;
}

/**
 * D1: creates a domain, unconfirmed. A name whose sign-up was never confirmed is free again 7 days after its last e-mail, or at once if none was ever
 * sent; what the earlier attempt left is then removed. Refuses with `name-invalid` or `name-taken`.
 */
export async function layDomain(context: WriteContext, input: DomainDetails): Promise<{ domainId: number }> {
  const { tx } = context;
  if (!domainName.safeParse(input.name).success) throw new RollcallError('name-invalid');
  if (!(await isNameFree(tx, input.name, input.now))) throw new RollcallError('name-taken');
  const { organization, contactName, phone, email, language, now } = input;
  const existing = await domainByName(tx, input.name);
  if (existing !== null) {
    tx.send('DELETE FROM outbox WHERE domain_id = ? AND sent_at IS NULL', existing.id);
    tx.send('DELETE FROM auth_user WHERE "domainId" = ?', existing.id);
    tx.send(
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
  const domainId = await tx.insert(
    'INSERT INTO domains (name, organization, contact_name, phone, email, language, created_at) VALUES (?, ?, ?, ?, ?, ?, ?)',
    input.name,
    organization,
    contactName,
    phone,
    email,
    language,
    now,
  );
  tx.send('INSERT INTO ledger_heads (domain_id, n, hash, balance, at) VALUES (?, 0, ?, 0, 0)', domainId, EMPTY_HASH);
  return { domainId };
}

/** D3: the 30-day trial starts at activation. Activating again changes nothing. */
export async function activateDomain(
  context: WriteContext,
  input: { now: number; domainId: number; actor: string; address?: string },
): Promise<void> {
  const changed = await context.tx.run(
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
  /** Keyed hash and sealed text of a new pairing code; `none` removes the requirement; null leaves it. */
  pairing: { hash: string; sealed: Uint8Array } | 'none' | null;
  /** Until when the old code stays valid (D7: up to 7 days); null ends it at once. */
  previousUntil: number | null;
  /** Unproven grants per day (E14); only the operator sets it. */
  unprovenLimit?: number | null;
}

/** D7: how new boards may enrol. The code itself never appears here or in the audit entry. */
export async function setEnrolmentPolicy(context: WriteContext, input: EnrolmentPolicy): Promise<void> {
  const { tx } = context;
  const domain = await domainByName(tx, input.name);
  if (domain === null) throw new RollcallError('not-found');
  if (input.unlisted !== null) tx.send('UPDATE domains SET unlisted = ? WHERE id = ?', input.unlisted, domain.id);
  const unprovenLimit = input.unprovenLimit ?? null;
  if (unprovenLimit !== null) tx.send('UPDATE domains SET unproven_limit = ? WHERE id = ?', unprovenLimit, domain.id);
  if (input.pairing === 'none') {
    tx.send(
      'UPDATE domains SET pairing_hash = NULL, pairing_sealed = NULL, pairing_previous_hash = NULL, pairing_previous_until = NULL WHERE id = ?',
      domain.id,
    );
  } else if (input.pairing !== null) {
    tx.send(
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
