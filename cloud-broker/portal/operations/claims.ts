/** Claim codes and the subscriptions made from them (K3, K4). */
import { RollcallError } from '../../../protocol/errors.ts';
import { claimBefore, claimEndsAt } from '../rules.ts';
import { claimByHash, invoiceRow } from '../claim-rows.ts';
import type { WriteContext } from '../../store/commit.ts';
import { demandOrganizationAdmin } from '../rows.ts';
import { auditPortal } from './access.ts';
import type { AskedInPortal } from './organizations.ts';
import { issueInvoiceKey, type MadeKey } from '../../product-keys/operations.ts';

/**
 * Issues an invoice's claim code. Issuing again returns the same code, so `sealed` is from the first issue. Refuses with `not-found` if the invoice
 * has no boards, and with `invoice-not-claimable` and a reason if nothing is left for a product key or there is no purchase date.
 */
export async function issueClaimCode(
  context: WriteContext,
  input: { now: number; actor: string; invoice: string; hash: string; sealed: Uint8Array },
): Promise<{ sealed: Uint8Array; purchasedOn: string }> {
  const { tx } = context;
  const { invoice } = input;
  const facts = await invoiceRow(tx, invoice);
  if (facts === null) throw new RollcallError('not-found', { invoice });
  if (facts.boards === 0) throw new RollcallError('invoice-not-claimable', { invoice, reason: 'no-product-key-boards' });
  if (facts.purchasedOn === null) throw new RollcallError('invoice-not-claimable', { invoice, reason: 'no-purchase-date' });
  const known = await tx.get<{ sealed: Uint8Array }>('SELECT sealed FROM claim_codes WHERE invoice = ?', invoice);
  if (known !== null) return { sealed: known.sealed, purchasedOn: facts.purchasedOn };
  if (facts.left === 0) throw new RollcallError('invoice-not-claimable', { invoice, reason: 'no-credits-left' });
  tx.send(
    'INSERT INTO claim_codes (invoice, hash, sealed, issued_at) VALUES (?, ?, ?, ?)',
    invoice,
    input.hash,
    input.sealed,
    input.now,
  );
  context.audit({ domainId: null, at: input.now, actor: input.actor, action: 'claim.issued', subject: invoice });
  return { sealed: input.sealed, purchasedOn: facts.purchasedOn };
}

interface Claim extends AskedInPortal {
  hash: string;
  organizationId: string;
  /** Made before the write; discarded if the invoice already has its key. */
  key: MadeKey;
}

/**
 * K3, K4: creates the invoice's product key and the organisation's subscription in one transaction; of two simultaneous claims the first wins. A
 * repeated claim by the same organisation returns the same subscription, however late. Refuses with `not-found` or `forbidden` if the user is not an
 * admin of the organisation, otherwise with `claim-not-valid`, `claim-taken` or `claim-expired`.
 */
export async function claimInvoice(context: WriteContext, input: Claim): Promise<{ keyId: string; created: boolean }> {
  const { tx } = context;
  const { organizationId, now, actor } = input;
  await demandOrganizationAdmin(tx, input.userId, organizationId);
  const claim = await claimByHash(tx, input.hash);
  if (claim === null) throw new RollcallError('claim-not-valid');
  if (claim.keyId !== null) {
    if (claim.organizationId !== organizationId) throw new RollcallError('claim-taken');
    return { keyId: claim.keyId, created: false };
  }
  const { invoice } = claim;
  const purchasedOn = (await invoiceRow(tx, invoice))?.purchasedOn ?? null;
  if (purchasedOn === null) throw new RollcallError('claim-not-valid');
  if (now > claimEndsAt(purchasedOn)) throw new RollcallError('claim-expired', { claimBefore: claimBefore(purchasedOn) });
  const { keyId } = await issueInvoiceKey(context, { now, actor: `portal:${actor}`, key: input.key, invoice });
  tx.send(
    'INSERT INTO portal_subscriptions (organization_id, invoice, product_key_id, claimed_at) VALUES (?, ?, ?, ?)',
    organizationId,
    invoice,
    keyId,
    now,
  );
  auditPortal(context, input, {
    actor,
    action: 'portal.claimed',
    subject: invoice,
    details: { organization: organizationId, key: keyId },
  });
  return { keyId, created: true };
}
