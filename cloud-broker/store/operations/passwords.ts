import { userMails } from '../../domains/user-mails.ts';
import { putMail } from '../outbox-rows.ts';
import { RollcallError } from '../../../protocol/errors.ts';
import { confirmEmail, endSessions, setPasswordHash, userById, type UserRow } from '../account-rows.ts';
import type { WriteContext } from '../context.ts';
import { domainById } from '../domain-rows.ts';
import { putToken, spendToken, voidTokens } from '../token-rows.ts';
import type { NewLink } from './sign-up.ts';

function userOrRefuse(context: WriteContext, userId: string): UserRow {
  const user = userById(context.sql, userId);
  if (user === null) throw new RollcallError('not-found');
  return user;
}

/** D2: a mail with a link to choose another password; an older link is void. `user` is `name@domain`. */
export function requestReset(context: WriteContext, input: { now: number; userId: string; user: string; link: NewLink }): void {
  const { sql } = context;
  const { domainId, email, language } = userOrRefuse(context, input.userId);
  const domain = domainById(sql, domainId);
  if (domain === null) throw new RollcallError('not-found');
  putToken(sql, { hash: input.link.tokenHash, purpose: 'reset', domainId, userId: input.userId, now: input.now });
  const data = { user: input.user, name: domain.name, organization: domain.organization };
  putMail(context, userMails.reset, { domainId, recipient: email, language, data, secret: input.link.sealed }, input.now);
}

/**
 * D6: another password by the link of a mail; every session of the user ends, the second factor stays. Refuses with
 * `link-not-valid`.
 */
export function resetPassword(
  context: WriteContext,
  input: { now: number; tokenHash: string; passwordHash: string; actor: string; address: string },
): void {
  const { userId, domainId } = spendToken(context.sql, input.tokenHash, 'reset', input.now);
  if (userById(context.sql, userId) === null) throw new RollcallError('link-not-valid');
  setPasswordHash(context.sql, userId, input.passwordHash, input.now);
  confirmEmail(context.sql, userId);
  endSessions(context.sql, userId, null);
  const { now: at, actor, address } = input;
  context.audit({ domainId, at, actor, address, action: 'user.password-reset', subject: actor });
}

/** Who changes their own sign-in, from where, and in which session, which goes on. */
export interface OwnChange {
  now: number;
  userId: string;
  domainId: number;
  /** `name@domain`. */
  actor: string;
  address: string;
  sessionId: string;
}

/** D6: what every change of the own sign-in does: the other sessions end, and the audit log has it. */
export function recordOwnChange(context: WriteContext, change: OwnChange, action: string): void {
  endSessions(context.sql, change.userId, change.sessionId);
  const { domainId, now: at, actor, address } = change;
  context.audit({ domainId, at, actor, address, action, subject: actor });
}

/** D6: another password by who knows the present one; open reset links are void. */
export function changePassword(context: WriteContext, input: OwnChange & { passwordHash: string }): void {
  setPasswordHash(context.sql, input.userId, input.passwordHash, input.now);
  voidTokens(context.sql, input.userId, 'reset');
  recordOwnChange(context, input, 'user.password-changed');
}
