import { domainMails } from '../mails.ts';
import { putMail } from '../../mail/outbox.ts';
import { RollcallError, type Language } from '../../../protocol/errors.ts';
import { normaliseDomain } from '../../../protocol/text.ts';
import { closingKey } from '../../ledger/rules/transfers.ts';
import type { WriteContext } from '../../store/commit.ts';
import { domainById, type DomainRow } from '../rows.ts';
import { headOf, post, settleDays } from '../../ledger/posting.ts';
import type { ChangeRequest } from '../../store/change-request.ts';

const ACTOR = 'system';

/**
 * D8: from `closesAt` on the domain is closed; until then closing can be withdrawn. All its domain admins are notified by e-mail. Refuses with
 * `name-not-typed` if the name is not the domain's, and with `conflict` if it is already closing.
 */
export async function askClosing(
  context: WriteContext,
  input: ChangeRequest & { name: string; closesAt: number },
): Promise<void> {
  const { tx } = context;
  const { domainId, now: at, actor, address, closesAt } = input;
  const domain = await domainById(tx, domainId);
  if (domain === null || normaliseDomain(input.name) !== domain.name) throw new RollcallError('name-not-typed');
  if (domain.closingAt !== null) throw new RollcallError('conflict', { reason: 'already-closing' });
  tx.send('UPDATE domains SET closing_at = ? WHERE id = ?', closesAt, domainId);
  context.audit({ domainId, at, actor, address, action: 'domain.closing', subject: domain.name, details: { closesAt } });
  const admins = await tx.all<{ email: string; language: Language }>(
    `SELECT "contactEmail" AS email, "language" FROM auth_user WHERE "domainId" = ? AND "role" = 'domain-admin'`,
    domainId,
  );
  for (const { email, language } of admins) {
    const data = { name: domain.name, closesAt, askedBy: actor };
    await putMail(context, domainMails.domainClosing, { domainId, recipient: email, language, data, secret: null }, at);
  }
}

/** D8. Refuses with `conflict` if no closing is pending, or if it has taken effect. */
export async function withdrawClosing(context: WriteContext, input: ChangeRequest): Promise<void> {
  const { domainId, now: at, actor, address } = input;
  const [domain] = await context.tx.all<{ name: string }>(
    'UPDATE domains SET closing_at = NULL WHERE id = ? AND closing_at > ? RETURNING name',
    domainId,
    at,
  );
  if (domain === undefined) throw new RollcallError('conflict', { reason: 'not-closing' });
  context.audit({ domainId, at, actor, address, action: 'domain.closing-withdrawn', subject: domain.name });
}

/**
 * Ends what a capability has of a domain that closes, as of `at`, or up to `most` of it where there may be much: true where it did, and is to be asked
 * again. What answers false may write still, and stands or falls with the rest.
 */
export type EndWithDomain = (context: WriteContext, domain: DomainRow, at: number, most: number) => Promise<boolean>;

type ClosePiece = (context: WriteContext, input: { now: number; domainId: number; most: number }) => Promise<{ done: boolean }>;

/**
 * D8: one piece of the closing of a domain whose time has come: some of what `endings` end, one after the other, and when none is left all the
 * rest at once. `done` when nothing is left to do. Everything counts from the moment of closing, whenever the job runs.
 */
export function closePieceOf(endings: readonly EndWithDomain[]): ClosePiece {
  return async (context, { now, domainId, most }) => {
    const domain = await domainById(context.tx, domainId);
    if (domain === null || domain.closingAt === null || domain.closingAt > now || domain.closedAt !== null) return { done: true };
    for (const end of endings) if (await end(context, domain, domain.closingAt, most)) return { done: false };
    await endDomain(context, domain, now);
    return { done: true };
  };
}

/** Links, sessions and API keys end, the balance is forfeited, and the domain is closed: all or nothing. */
async function endDomain(context: WriteContext, domain: DomainRow, now: number): Promise<void> {
  const { tx } = context;
  tx.send('DELETE FROM tokens WHERE domain_id = ?', domain.id);
  tx.send('DELETE FROM auth_session WHERE "userId" IN (SELECT "id" FROM auth_user WHERE "domainId" = ?)', domain.id);
  tx.send('UPDATE api_keys SET revoked_at = ? WHERE domain_id = ? AND revoked_at IS NULL', now, domain.id);
  tx.send(
    'UPDATE domains SET pairing_hash = NULL, pairing_sealed = NULL, pairing_previous_hash = NULL, pairing_previous_until = NULL WHERE id = ?',
    domain.id,
  );
  const forfeited = await forfeit(context, domain, now);
  tx.send('UPDATE domains SET closed_at = ? WHERE id = ?', now, domain.id);
  const details = { forfeited };
  context.audit({ domainId: domain.id, at: now, actor: ACTOR, action: 'domain.closed', subject: domain.name, details });
}

/** L4, L6: closes the finished days and moves the remaining balance to the vendor's `forfeited` account. */
async function forfeit(context: WriteContext, domain: DomainRow, now: number): Promise<number> {
  await settleDays(context, domain, now);
  const credits = (await headOf(context.tx, domain.id))?.balance ?? 0;
  if (credits === 0) return 0;
  const cause = { date: null, deviceId: null, boardId: null, productKeyId: null, reverses: null };
  await post(
    context,
    domain,
    {
      kind: 'adjustment',
      direction: 'out',
      vendor: 'vendor:forfeited',
      credits,
      idempotencyKey: closingKey(domain.name),
      ...cause,
      reason: 'domain closed',
      actor: ACTOR,
    },
    now,
  );
  return credits;
}

/** D8: contact, phone, e-mails and users' names are erased; books and audit stay, and the name is never free again. */
export async function erasePersonalData(context: WriteContext, input: { now: number; domainId: number }): Promise<void> {
  const { tx } = context;
  const { domainId, now: at } = input;
  const [domain] = await tx.all<{ name: string }>(
    "UPDATE domains SET contact_name = '', phone = '', email = '', erased_at = ? WHERE id = ? AND closed_at IS NOT NULL AND erased_at IS NULL RETURNING name",
    at,
    domainId,
  );
  if (domain === undefined) return;
  tx.send('DELETE FROM outbox WHERE domain_id = ?', domainId);
  tx.send('DELETE FROM refused_tries WHERE domain_id = ?', domainId);
  tx.send('DELETE FROM auth_user WHERE "domainId" = ?', domainId);
  context.audit({ domainId, at, actor: ACTOR, action: 'domain.erased', subject: domain.name });
}
