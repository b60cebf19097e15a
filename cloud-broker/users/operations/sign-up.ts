import { userMails } from '../mails.ts';
import { putMail } from '../../mail/outbox.ts';
import type { Language } from '../../../protocol/errors.ts';
import { insertUser, type NewUser } from '../rows.ts';
import type { WriteContext } from '../../store/commit.ts';
import { domainByName, type DomainRow } from '../../domains/rows.ts';
import type { NewLink } from '../../identity/links.ts';
import { putToken, spendToken } from '../tokens.ts';
import { activateDomain, layDomain, type DomainDetails } from '../../domains/operations/domains.ts';

export interface SignUpInput extends DomainDetails {
  owner: NewUser;
  link: NewLink;
}

/**
 * D1: stores a domain, its first user and the mail with the link in one transaction, so that an interrupted attempt reserves nothing. Refuses with
 * `name-invalid` or `name-taken`.
 */
export async function signUp(context: WriteContext, input: SignUpInput): Promise<{ domainId: number }> {
  const { domainId } = await layDomain(context, input);
  insertUser(context.tx, input.owner, domainId, input.now);
  await mailActivation(context, input.now, { id: domainId, ...input, language: input.language }, input.owner.id, input.link);
  return { domainId };
}

/** D2: a new link; the older one becomes invalid. Does nothing if there is no such unconfirmed domain: the requester learns nothing. */
export async function resendActivation(
  context: WriteContext,
  input: { now: number; name: string; email: string; link: NewLink },
): Promise<void> {
  const { tx } = context;
  const domain = await domainByName(tx, input.name);
  if (domain === null || domain.activatedAt !== null || domain.email.toLowerCase() !== input.email.toLowerCase()) return;
  const owner = await tx.get<{ id: string }>('SELECT "id" FROM auth_user WHERE "domainId" = ?', domain.id);
  if (owner !== null)
    await mailActivation(context, input.now, { ...domain, language: await languageOf(context, domain) }, owner.id, input.link);
}

async function languageOf(context: WriteContext, { id }: Pick<DomainRow, 'id'>): Promise<Language> {
  return (await context.tx.get<{ language: Language }>('SELECT language FROM domains WHERE id = ?', id))?.language ?? 'en';
}

/** D1: reserves the name for 7 days from this mail. */
async function mailActivation(
  context: WriteContext,
  now: number,
  domain: { id: number; name: string; organization: string; email: string; language: Language },
  userId: string,
  link: NewLink,
): Promise<void> {
  putToken(context.tx, { hash: link.tokenHash, purpose: 'activation', domainId: domain.id, userId, now });
  context.tx.send('UPDATE domains SET confirmation_mailed_at = ? WHERE id = ?', now, domain.id);
  const { name, organization, language } = domain;
  await putMail(
    context,
    userMails.activation,
    {
      domainId: domain.id,
      recipient: domain.email,
      language,
      data: { name, organization, user: `admin@${name}` },
      secret: link.sealed,
    },
    now,
  );
}

/** D2, D3: consumes the link and starts the trial. The password has been checked before. Refuses with `link-not-valid`. */
export async function activateByLink(
  context: WriteContext,
  input: { now: number; tokenHash: string; actor: string; address: string },
): Promise<void> {
  const { domainId } = await spendToken(context.tx, input.tokenHash, 'activation', input.now);
  await activateDomain(context, { now: input.now, domainId, actor: input.actor, address: input.address });
}
