/** Sign-up and forgotten passwords in the Admin Portal (K3), by the rules of D2. The texts about links are in mail/. */
import { portalMails } from '../mails.ts';
import { putMail } from '../../mail/outbox.ts';
import { RollcallError } from '../../../protocol/errors.ts';
import type { WriteContext } from '../../store/commit.ts';
import {
  endSessions,
  insertOrganization,
  insertPortalUser,
  portalUserByEmail,
  setPasswordHash,
  signUpByEmail,
  signUpByToken,
  userByResetToken,
  type PortalUserRow,
  type SignUpRow,
} from '../rows.ts';
import { LINK_VALID_MS, type From, type NewLink } from '../../identity/links.ts';

type Change = From & { now: number };

/** Portal changes are in the vendor's audit log, not in a domain's. */
export function auditPortal(
  context: WriteContext,
  change: Change,
  entry: { actor: string; action: string; subject: string; details?: object },
): void {
  context.audit({ domainId: null, at: change.now, address: change.address, ...entry });
}

/**
 * D2: keeps the sign-up data until the link is used; a later sign-up replaces an earlier one. If the account already exists, its owner receives a
 * reset mail instead, so that neither the response nor a mail reveals anything to others.
 */
export async function portalSignUp(
  context: WriteContext,
  input: Change & SignUpRow & { activation: NewLink; reset: NewLink },
): Promise<void> {
  const { tx } = context;
  const user = await portalUserByEmail(tx, input.email);
  if (user !== null) {
    await mailReset(context, input.now, user, input.reset);
    return;
  }
  tx.send(
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
  await mailLink(context, input.now, portalMails.activation, input, input.activation);
  auditPortal(context, input, { actor: input.email, action: 'portal.signed-up', subject: input.email });
}

/** D2: a new link; the older one becomes invalid. Does nothing if none is pending: the requester learns nothing. */
export async function resendPortalActivation(
  context: WriteContext,
  input: { now: number; email: string; link: NewLink },
): Promise<void> {
  const signUp = await signUpByEmail(context.tx, input.email);
  if (signUp === null) return;
  context.tx.send(
    'UPDATE portal_sign_ups SET token_hash = ?, expires_at = ? WHERE email = ?',
    input.link.tokenHash,
    input.now + LINK_VALID_MS,
    input.email,
  );
  await mailLink(context, input.now, portalMails.activation, signUp, input.link);
}

async function mailReset(context: WriteContext, now: number, to: PortalUserRow, link: NewLink): Promise<void> {
  context.tx.send(
    `INSERT INTO portal_resets (user_id, token_hash, expires_at) VALUES (?1, ?2, ?3)
     ON CONFLICT (user_id) DO UPDATE SET token_hash = ?2, expires_at = ?3`,
    to.id,
    link.tokenHash,
    now + LINK_VALID_MS,
  );
  await mailLink(context, now, portalMails.reset, to, link);
}

async function mailLink(
  context: WriteContext,
  now: number,
  kind: typeof portalMails.reset,
  { email: recipient, language, name: person }: Pick<PortalUserRow, 'email' | 'language' | 'name'>,
  link: NewLink,
): Promise<void> {
  await putMail(context, kind, { domainId: null, recipient, language, data: { person }, secret: link.sealed }, now);
}

/** D2: creates the user and their first organisation. The password has been checked before. Refuses with `link-not-valid`. */
export async function activatePortal(
  context: WriteContext,
  input: Change & { tokenHash: string; userId: string; accountId: string; organizationId: string },
): Promise<void> {
  const { tx } = context;
  const signUp = await signUpByToken(tx, input.tokenHash, input.now);
  if (signUp === null) throw new RollcallError('link-not-valid');
  insertPortalUser(tx, { ...signUp, id: input.userId, accountId: input.accountId }, input.now);
  const organization = { id: input.organizationId, name: signUp.organization };
  insertOrganization(tx, organization, { id: input.userId, email: signUp.email }, input.now);
  auditPortal(context, input, {
    actor: signUp.email,
    action: 'portal.activated',
    subject: signUp.email,
    details: { organization: organization.id },
  });
}

/** Mails a link for choosing a new password; the older link becomes invalid. Does nothing if nobody has this e-mail. */
export async function requestPortalReset(
  context: WriteContext,
  input: { now: number; email: string; link: NewLink },
): Promise<void> {
  const user = await portalUserByEmail(context.tx, input.email);
  if (user !== null) await mailReset(context, input.now, user, input.link);
}

/** Sets a new password by the link from a mail and ends all of the user's sessions. Refuses with `link-not-valid`. */
export async function resetPortalPassword(
  context: WriteContext,
  input: Change & { tokenHash: string; passwordHash: string },
): Promise<void> {
  const { tx } = context;
  const user = await userByResetToken(tx, input.tokenHash, input.now);
  if (user === null) throw new RollcallError('link-not-valid');
  tx.send('DELETE FROM portal_resets WHERE user_id = ?', user.id);
  setPasswordHash(tx, user.id, input.passwordHash, input.now);
  await endSessions(tx, user.id, null);
  auditPortal(context, input, { actor: user.email, action: 'portal.password-reset', subject: user.email });
}

/** Deletes expired sign-ups, resets and sessions. Invitations stay visible until somebody removes them. */
export function prunePortal(context: WriteContext, input: { now: number }): void {
  const { tx } = context;
  tx.send('DELETE FROM portal_sign_ups WHERE expires_at <= ?', input.now);
  tx.send('DELETE FROM portal_resets WHERE expires_at <= ?', input.now);
  tx.send('DELETE FROM auth_portal_session WHERE "expiresAt" <= ?', new Date(input.now).toISOString());
}
