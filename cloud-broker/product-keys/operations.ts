import { productKeyMails } from './mails.ts';
import { putMail } from '../mail/outbox.ts';
import type { Language } from '../../protocol/errors.ts';
import { RollcallError } from '../../protocol/errors.ts';
import type { WriteContext } from '../store/commit.ts';
import { domainById } from '../domains/rows.ts';
import { post } from '../ledger/posting.ts';
import type { ChangeRequest } from '../store/change-request.ts';

/** A key created before the write; its text exists only in sealed form. */
export interface MadeKey {
  id: string;
  hash: string;
  sealed: Uint8Array;
  endsWith: string;
}

interface Issued {
  now: number;
  actor: string;
  key: MadeKey;
  credits: number;
  invoice: string | null;
  email: string | null;
}

function insertKey(context: WriteContext, { now, actor, key, credits, invoice, email }: Issued): void {
  context.tx.send(
    'INSERT INTO product_keys (id, hash, sealed, ends_with, credits, invoice, email, issued_at, issued_by) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)',
    key.id,
    key.hash,
    key.sealed,
    key.endsWith,
    credits,
    invoice,
    email,
    now,
    actor,
  );
  context.audit({ domainId: null, at: now, actor, action: 'key.issued', subject: key.id, details: { credits, invoice } });
}

export interface IssueKeyInput {
  now: number;
  actor: string;
  key: MadeKey;
  credits: number;
  /** The buyer, who receives the key by mail; `secret` is the key sealed for the mail. */
  mail: { email: string; language: Language; secret: Uint8Array } | null;
}

/** K5: stores a stand-alone key and the mail to its buyer in one transaction. */
export async function issueKey(context: WriteContext, input: IssueKeyInput): Promise<void> {
  const { now, actor, key, credits, mail } = input;
  insertKey(context, { now, actor, key, credits, invoice: null, email: mail?.email ?? null });
  if (mail !== null)
    await putMail(
      context,
      productKeyMails.productKey,
      {
        domainId: null,
        recipient: mail.email,
        language: mail.language,
        data: { credits },
        secret: mail.secret,
      },
      now,
    );
}

/**
 * K2: an invoice's single key: the credits left on its `product-key` boards, which the issue sets to 0. Issuing again returns the same key. Refuses
 * with `claim-not-valid` if nothing is left.
 */
export async function issueInvoiceKey(
  context: WriteContext,
  input: { now: number; actor: string; key: MadeKey; invoice: string },
): Promise<{ keyId: string; credits: number }> {
  const { tx } = context;
  const known = await tx.get<{ keyId: string; credits: number }>(
    'SELECT id AS keyId, credits FROM product_keys WHERE invoice = ?',
    input.invoice,
  );
  if (known !== null) return known;
  const ofInvoice = "invoice = ? AND fulfilment = 'product-key' AND left_credits > 0";
  const left = await tx.get<{ credits: number | null }>(
    `SELECT sum(left_credits) AS credits FROM boards WHERE ${ofInvoice}`,
    input.invoice,
  );
  const credits = left?.credits ?? 0;
  if (credits === 0) throw new RollcallError('claim-not-valid', { reason: 'nothing-left' });
  insertKey(context, { ...input, credits, email: null });
  tx.send(
    `UPDATE boards SET key_credits = key_credits + left_credits, left_credits = 0, product_key_id = ? WHERE ${ofInvoice}`,
    input.key.id,
    input.invoice,
  );
  return { keyId: input.key.id, credits };
}

interface KeyRow {
  id: string;
  credits: number;
  redeemedAt: number | null;
  domainId: number | null;
}

/**
 * K1: redeems a key once. Of simultaneous attempts the first in the writer wins. Refuses with `key-already-redeemed` and the time in the domain that
 * redeemed it; with `key-not-valid` for unknown keys and those of other domains.
 */
export async function redeemKey(
  context: WriteContext,
  input: ChangeRequest & { hash: string },
): Promise<{ transferId: number; credits: number }> {
  const { tx } = context;
  const key = await tx.get<KeyRow>(
    'SELECT id, credits, redeemed_at AS redeemedAt, redeemed_domain_id AS domainId FROM product_keys WHERE hash = ?',
    input.hash,
  );
  const domain = await domainById(tx, input.domainId);
  if (domain === null) throw new RollcallError('not-found');
  if (key === null) throw new RollcallError('key-not-valid');
  if (key.redeemedAt !== null) {
    if (key.domainId !== input.domainId) throw new RollcallError('key-not-valid');
    throw new RollcallError('key-already-redeemed', { at: new Date(key.redeemedAt).toISOString() });
  }
  const { transferId } = await post(
    context,
    domain,
    {
      kind: 'product-key',
      direction: 'in',
      vendor: 'vendor:product-keys',
      credits: key.credits,
      idempotencyKey: `product-key:${key.id}`,
      date: null,
      deviceId: null,
      boardId: null,
      productKeyId: key.id,
      reverses: null,
      reason: null,
      actor: input.actor,
    },
    input.now,
  );
  tx.send(
    'UPDATE product_keys SET redeemed_at = ?, redeemed_domain_id = ?, redeemed_by = ?, transfer_id = ? WHERE id = ?',
    input.now,
    input.domainId,
    input.actor,
    transferId,
    key.id,
  );
  context.audit({
    domainId: input.domainId,
    at: input.now,
    actor: input.actor,
    address: input.address,
    action: 'key.redeemed',
    subject: key.id,
    details: { credits: key.credits },
  });
  return { transferId, credits: key.credits };
}
