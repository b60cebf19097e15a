/** Signing up to the Admin Portal and forgotten passwords (K3), by the rules of D2. The words of the links are in mail/. */
import { portalMails } from '../../portal/mails.ts';
import { putMail } from '../outbox-rows.ts';
import { RollcallError } from '../../../protocol/errors.ts';
import type { WriteContext } from '../context.ts';
import {
  insertOrganization,
  insertPortalUser,
  portalUserByEmail,
  signUpByEmail,
  signUpByToken,
  userByResetToken,
  type PortalUserRow,
  type SignUpRow,
} from '../portal-rows.ts';
import { LINK_VALID_MS } from '../token-rows.ts';
import type { NewLink } from './sign-up.ts';

interface Change {
  now: number;
  address: string;
  correlationId: string;
}

/** A change of the portal stands in the vendor's audit log, not in any domain's. */
export function auditPortal(
  context: WriteContext,
  change: Change,
  entry: { actor: string; action: string; subject: string; details?: object },
): void {
  context.audit({ domainId: null, at: change.now, address: change.address, ...entry });
}

/**
 * D2: keeps what was typed until the link is used; a later sign-up takes the place of an earlier one. Who has an account already gets
 * a mail to choose another password instead: the answer and its mail say nothing to anybody else.
 */
export function portalSignUp(context: WriteContext, input: Change & SignUpRow & { activation: NewLink; reset: NewLink }): void {
  const { sql } = context;
  const user = portalUserByEmail(sql, input.email);
  if (user !== null) {
    mailReset(context, input.now, user, input.reset);
    return;
  }
  sql.run(
    `INSERT INTO portal_sign_ups (email, name, organization, password_hash, language, token_hash, expires_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)
     ON CONFLICT (email) DO UPDATE SET name = ?2, organization = ?3, password_hash = ?4, language = ?5, token_hash = ?6, expires_at = ?7`,
    input.email,
    input.name,
    input.organization,
    input.passwordHash,
    input.language,
    input.activation.tokenHash,
    input.now + LINK_VALID_MS,
  );
  mailActivation(context, input.now, input, input.activation);
  auditPortal(context, input, { actor: input.email, action: 'portal.signed-up', subject: input.email });
}

/** D2: another link, the older one void. Nothing where nobody waits: who asks learns nothing. */
export function resendPortalActivation(context: WriteContext, input: { now: number; email: string; link: NewLink }): void {
  const signUp = signUpByEmail(context.sql, input.email);
  if (signUp === null) return;
  context.sql.run(
    'UPDATE portal_sign_ups SET token_hash = ?, expires_at = ? WHERE email = ?',
    input.link.tokenHash,
    input.now + LINK_VALID_MS,
    input.email,
  );
  mailActivation(context, input.now, signUp, input.link);
}

function mailActivation(context: WriteContext, now: number, to: SignUpRow, link: NewLink): void {
  const { email: recipient, language, name: person } = to;
  putMail(context, portalMails.activation, { domainId: null, recipient, language, data: { person }, secret: link.sealed }, now);
}

function mailReset(context: WriteContext, now: number, to: PortalUserRow, link: NewLink): void {
  const { id, email: recipient, language, name: person } = to;
  context.sql.run(
    `INSERT INTO portal_resets (user_id, token_hash, expires_at) VALUES (?1, ?2, ?3)
     ON CONFLICT (user_id) DO UPDATE SET token_hash = ?2, expires_at = ?3`,
    id,
    link.tokenHash,
    now + LINK_VALID_MS,
  );
  putMail(context, portalMails.reset, { domainId: null, recipient, language, data: { person }, secret: link.sealed }, now);
}

/** D2: makes the user and the first organisation. The password was checked before. Refuses with `link-not-valid`. */
export function activatePortal(
  context: WriteContext,
  input: Change & { tokenHash: string; userId: string; accountId: string; organizationId: string },
): void {
  const { sql } = context;
  const signUp = signUpByToken(sql, input.tokenHash, input.now);
  if (signUp === null) throw new RollcallError('link-not-valid');
  insertPortalUser(sql, { ...signUp, id: input.userId, accountId: input.accountId }, input.now);
  const organization = { id: input.organizationId, name: signUp.organization };
  insertOrganization(sql, organization, { id: input.userId, email: signUp.email }, input.now);
  auditPortal(context, input, {
    actor: signUp.email,
    action: 'portal.activated',
    subject: signUp.email,
    details: { organization: organization.id },
  });
}

/** A link to choose another password; the older one is void. Nothing where nobody has this e-mail. */
export function requestPortalReset(context: WriteContext, input: { now: number; email: string; link: NewLink }): void {
  const user = portalUserByEmail(context.sql, input.email);
  if (user !== null) mailReset(context, input.now, user, input.link);
}

/** Another password by the link of a mail; every session of the user ends. Refuses with `link-not-valid`. */
export function resetPortalPassword(context: WriteContext, input: Change & { tokenHash: string; passwordHash: string }): void {
  const { sql } = context;
  const user = userByResetToken(sql, input.tokenHash, input.now);
  if (user === null) throw new RollcallError('link-not-valid');
  sql.run('DELETE FROM portal_resets WHERE user_id = ?', user.id);
  sql.run(
    `UPDATE auth_portal_account SET "password" = ?, "updatedAt" = ? WHERE "userId" = ? AND "providerId" = 'credential'`,
    input.passwordHash,
    new Date(input.now).toISOString(),
    user.id,
  );
  sql.run('DELETE FROM auth_portal_session WHERE "userId" = ?', user.id);
  auditPortal(context, input, { actor: user.email, action: 'portal.password-reset', subject: user.email });
}

/** What nobody needs any more: sign-ups, resets and sessions that are over. Invitations stay in view until somebody takes them away. */
export function prunePortal(context: WriteContext, input: { now: number }): void {
  const { sql } = context;
  sql.run('DELETE FROM portal_sign_ups WHERE expires_at <= ?', input.now);
  sql.run('DELETE FROM portal_resets WHERE expires_at <= ?', input.now);
  sql.run('DELETE FROM auth_portal_session WHERE "expiresAt" <= ?', new Date(input.now).toISOString());
}
