import { userMails } from '../mails.ts';
import { putMail } from '../../mail/outbox.ts';
import { RollcallError } from '../../../protocol/errors.ts';
import { confirmEmail, endSessions, setPasswordHash, userById, type UserRow } from '../rows.ts';
import type { WriteContext } from '../../store/commit.ts';
import { domainById } from '../../domains/rows.ts';
import { putToken, spendToken, voidTokens } from '../tokens.ts';
import type { NewLink } from '../../identity/links.ts';
import { recordOwn } from './own-sessions.ts';
import type { AskedByUser } from './users.ts';

async function userOrRefuse(context: WriteContext, userId: string): Promise<UserRow> {
  const user = await userById(context.tx, userId);
  if (user === null) throw new RollcallError('not-found');
  return user;
}

/** D2: mails a link for choosing a new password; older links become invalid. `user` is `name@domain`. */
export async function requestReset(
  context: WriteContext,
  input: { now: number; userId: string; user: string; link: NewLink },
): Promise<void> {
  const { tx } = context;
  const { domainId, email, language } = await userOrRefuse(context, input.userId);
  const domain = await domainById(tx, domainId);
  if (domain === null) throw new RollcallError('not-found');
  putToken(tx, { hash: input.link.tokenHash, purpose: 'reset', domainId, userId: input.userId, now: input.now });
  const data = { user: input.user, name: domain.name, organization: domain.organization };
  await putMail(context, userMails.reset, { domainId, recipient: email, language, data, secret: input.link.sealed }, input.now);
}

/** D6: sets a new password by the link from a mail and ends all of the user's sessions; the second factor is kept. Refuses with `link-not-valid`. */
export async function resetPassword(
  context: WriteContext,
  input: { now: number; tokenHash: string; passwordHash: string; actor: string; address: string },
): Promise<void> {
  const { userId, domainId } = await spendToken(context.tx, input.tokenHash, 'reset', input.now);
  if ((await userById(context.tx, userId)) === null) throw new RollcallError('link-not-valid');
  setPasswordHash(context.tx, userId, input.passwordHash, input.now);
  confirmEmail(context.tx, userId);
  await endSessions(context.tx, userId, null);
  const { now: at, actor, address } = input;
  context.audit({ domainId, at, actor, address, action: 'user.password-reset', subject: actor });
}

/** D6: common to every change of one's own sign-in: ends the other sessions and writes the audit log. */
export async function recordOwnChange(context: WriteContext, change: AskedByUser, action: string): Promise<void> {
  await endSessions(context.tx, change.actorId, change.sessionId);
  recordOwn(context, change, action);
}

/** D6: a new password set by a user who knows the present one; open reset links become invalid. */
export async function changePassword(context: WriteContext, input: AskedByUser & { passwordHash: string }): Promise<void> {
  setPasswordHash(context.tx, input.actorId, input.passwordHash, input.now);
  voidTokens(context.tx, input.actorId, 'reset');
  await recordOwnChange(context, input, 'user.password-changed');
}
