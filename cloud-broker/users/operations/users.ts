/** D6: users of a domain, invited, changed and removed by its admins. Permissions are checked here, within the transaction. */
import { userMails } from '../mails.ts';
import { putMail } from '../../mail/outbox.ts';
import type { Role } from '../../../protocol/api.ts';
import { RollcallError } from '../../../protocol/errors.ts';
import { changesOf, demandMayManage, demandOneStays, demandSense, MAX_USERS, type Standing } from '../rules/users.ts';
import { endSessions, insertInvited, insertPassword, type InvitedUser } from '../rows.ts';
import type { WriteContext } from '../../store/commit.ts';
import { domainById } from '../../domains/rows.ts';
import { putToken, spendToken, voidTokens } from '../tokens.ts';
import type { Reads } from '../../store/tx.ts';
import type { ChangeRequest } from '../../store/change-request.ts';
import type { NewLink } from '../../identity/links.ts';

/** The user who manages others, as known to the session when the request came; their permissions are read again from their row. */
export interface AskedByUser extends ChangeRequest {
  actorId: string;
  sessionId: string;
}

interface Subject extends Standing {
  id: string;
  name: string;
  email: string;
  language: 'en' | 'fr';
  canSignIn: boolean;
}

async function subjectOf(tx: Reads, domainId: number, id: string): Promise<Subject | null> {
  const row = await tx.get<Omit<Subject, 'billing' | 'tags' | 'canSignIn'> & { billing: 0 | 1; tags: string; canSignIn: 0 | 1 }>(
    `SELECT u."id", u."name", u."contactEmail" AS email, u."role", u."billing", u."tags", u."language",
     EXISTS (SELECT 1 FROM auth_account a WHERE a."userId" = u."id" AND a."password" IS NOT NULL) AS canSignIn
     FROM auth_user u WHERE u."id" = ? AND u."domainId" = ?`,
    id,
    domainId,
  );
  return row === null
    ? null
    : { ...row, billing: row.billing === 1, tags: JSON.parse(row.tags) as string[], canSignIn: row.canSignIn === 1 };
}

/** The user to be changed. Refuses with `not-found`, also for users of another domain (A4), or with `forbidden`. */
async function managed(context: WriteContext, input: AskedByUser & { id: string }, wanted?: Role): Promise<Subject> {
  const { tx } = context;
  const subject = await subjectOf(tx, input.domainId, input.id);
  const actor = await subjectOf(tx, input.domainId, input.actorId);
  demandMayManage(actor, [...(subject === null ? [] : [subject.role]), ...(wanted === undefined ? [] : [wanted])]);
  if (subject === null) throw new RollcallError('not-found');
  return subject;
}

async function otherDomainAdmins(tx: Reads, domainId: number, except: string): Promise<number> {
  return (
    (
      await tx.get<{ others: number }>(
        `SELECT count(*) AS others FROM auth_user u WHERE u."domainId" = ? AND u."role" = 'domain-admin' AND u."id" <> ?
       AND EXISTS (SELECT 1 FROM auth_account a WHERE a."userId" = u."id" AND a."password" IS NOT NULL)`,
        domainId,
        except,
      )
    )?.others ?? 0
  );
}

async function record(
  context: WriteContext,
  input: AskedByUser,
  action: string,
  name: string,
  details: object = {},
): Promise<void> {
  const { domainId, now: at, actor, address } = input;
  const domain = (await domainById(context.tx, domainId))?.name ?? '';
  context.audit({ domainId, at, actor, address, action, subject: `${name}@${domain}`, details });
}

/** D2, D6: mails a link valid for 48 h; an older one becomes invalid. */
async function mailInvitation(
  context: WriteContext,
  input: AskedByUser & { link: NewLink },
  to: Pick<Subject, 'id' | 'name' | 'email' | 'language'>,
): Promise<void> {
  const { domainId, now, link } = input;
  const domain = await domainById(context.tx, domainId);
  if (domain === null) throw new RollcallError('not-found');
  putToken(context.tx, { hash: link.tokenHash, purpose: 'invitation', domainId, userId: to.id, now });
  const { name, organization } = domain;
  const data = { user: `${to.name}@${name}`, name, organization, invitedBy: input.actor };
  const { email: recipient, language } = to;
  await putMail(context, userMails.invitation, { domainId, recipient, language, data, secret: link.sealed }, now);
}

export interface InviteUser extends AskedByUser {
  user: InvitedUser;
  link: NewLink;
}

/**
 * D6: stores a user without a password and mails the link for choosing one. Refuses with `forbidden`, `invalid-request`, or `conflict`: the name is
 * in use, or the domain has reached its user limit.
 */
export async function inviteUser(context: WriteContext, input: InviteUser): Promise<void> {
  const { tx } = context;
  const { domainId, user, now } = input;
  demandMayManage(await subjectOf(tx, domainId, input.actorId), [user.role]);
  demandSense(user);
  const users =
    (await tx.get<{ users: number }>('SELECT count(*) AS users FROM auth_user WHERE "domainId" = ?', domainId))?.users ?? 0;
  if (users >= MAX_USERS) throw new RollcallError('conflict', { reason: 'too-many-users', most: MAX_USERS });
  if ((await tx.get('SELECT 1 AS found FROM auth_user WHERE "email" = ?', user.login)) !== null)
    throw new RollcallError('conflict', { reason: 'name-in-use' });
  insertInvited(tx, user, domainId, now);
  await mailInvitation(context, input, user);
  const { role, billing, tags } = user;
  await record(context, input, 'user.invited', user.name, { after: { role, billing, tags } });
}

/** D2: a new link; the older one becomes invalid. Refuses with `not-found`, `forbidden`, or `conflict` if the user has joined. */
export async function resendInvitation(context: WriteContext, input: AskedByUser & { id: string; link: NewLink }): Promise<void> {
  const subject = await managed(context, input);
  if (subject.canSignIn) throw new RollcallError('conflict', { reason: 'already-joined' });
  await mailInvitation(context, input, subject);
  await record(context, input, 'user.invited-again', subject.name);
}

/** D2, D6: consumes the link; from then on the user signs in with this password. Refuses with `link-not-valid`. */
export async function acceptInvitation(
  context: WriteContext,
  input: Pick<ChangeRequest, 'now' | 'actor' | 'address' | 'correlationId'> & {
    tokenHash: string;
    passwordHash: string;
    accountId: string;
  },
): Promise<void> {
  const { tx } = context;
  const { now: at, actor, address } = input;
  const { userId, domainId } = await spendToken(tx, input.tokenHash, 'invitation', at);
  const subject = await subjectOf(tx, domainId, userId);
  if (subject === null) throw new RollcallError('link-not-valid');
  insertPassword(tx, { userId, accountId: input.accountId, hash: input.passwordHash }, at);
  context.audit({ domainId, at, actor, address, action: 'user.joined', subject: actor });
}

export interface ChangeUser extends AskedByUser {
  id: string;
  /** Null leaves it unchanged. */
  role: Role | null;
  billing: boolean | null;
  tags: readonly string[] | null;
  email: string | null;
  /** For the mail sent when an invited user gets another e-mail. */
  link: NewLink;
}

/**
 * D6: a change of role, tags or Billing ends the user's sessions, except the requesting one. A new e-mail invalidates links sent to the old one, and
 * cannot be used to sign in until a link has verified it. Refuses with `not-found`, `forbidden`, `invalid-request` or `last-domain-admin`.
 */
export async function changeUser(context: WriteContext, input: ChangeUser): Promise<{ invited: boolean }> {
  const { tx } = context;
  const subject = await managed(context, input, input.role ?? undefined);
  const after: Standing = {
    role: input.role ?? subject.role,
    billing: input.billing ?? subject.billing,
    tags: input.tags ?? subject.tags,
  };
  demandSense(after);
  demandOneStays(subject, after.role, await otherDomainAdmins(tx, input.domainId, subject.id));
  const changes = changesOf(subject, after);
  const email = input.email === null || input.email === subject.email ? null : input.email;
  if (changes !== null) {
    tx.send(
      'UPDATE auth_user SET "role" = ?, "billing" = ?, "tags" = ? WHERE "id" = ?',
      after.role,
      after.billing ? 1 : 0,
      JSON.stringify(after.tags),
      subject.id,
    );
    await endSessions(tx, subject.id, subject.id === input.actorId ? input.sessionId : null);
  }
  const invited = email !== null && (await moveTo(context, input, subject, email));
  // An address would stay in the log for ever; the fact of the change is enough (D8).
  if (changes !== null || email !== null)
    await record(context, input, 'user.changed', subject.name, { ...changes, ...(email === null ? {} : { email: 'changed' }) });
  return { invited };
}

/** True if an invitation was mailed to the new e-mail. */
async function moveTo(context: WriteContext, input: ChangeUser, subject: Subject, email: string): Promise<boolean> {
  context.tx.send('UPDATE auth_user SET "contactEmail" = ?, "emailVerified" = 0 WHERE "id" = ?', email, subject.id);
  voidTokens(context.tx, subject.id, 'reset');
  if (!subject.canSignIn) await mailInvitation(context, input, { ...subject, email });
  return !subject.canSignIn;
}

/** D6: ends the user's sessions and links; the name may be invited again. Refuses with `not-found`, `forbidden` or `last-domain-admin`. */
export async function removeUser(context: WriteContext, input: AskedByUser & { id: string }): Promise<void> {
  const { tx } = context;
  const subject = await managed(context, input);
  demandOneStays(subject, null, await otherDomainAdmins(tx, input.domainId, subject.id));
  tx.send('DELETE FROM tokens WHERE user_id = ?', subject.id);
  tx.send('DELETE FROM auth_user WHERE "id" = ?', subject.id);
  const { role, billing, tags } = subject;
  await record(context, input, 'user.removed', subject.name, { before: { role, billing, tags } });
}
