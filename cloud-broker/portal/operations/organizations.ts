/** Organisations of the Admin Portal: membership is by invitation, never by a typed name (K3). */
import { portalMails } from '../mails.ts';
import { putMail } from '../../mail/outbox.ts';
import type { PortalRole } from '../../../protocol/api-portal.ts';
import { RollcallError, type Language } from '../../../protocol/errors.ts';
import { LINK_VALID_MS, type From, type NewLink } from '../../identity/links.ts';
import { shownEmail } from '../../identity/emails.ts';
import type { WriteContext } from '../../store/commit.ts';
import {
  demandMember,
  demandOrganizationAdmin,
  insertOrganization,
  insertPortalUser,
  invitationByToken,
  portalUserByEmail,
  type NewPortalUser,
} from '../rows.ts';
import { auditPortal } from './access.ts';
import { newPublicId } from '../../store/public-id.ts';

const MAX_ORGANIZATIONS = 50;
const MAX_MEMBERS = 500;

/** A signed-in portal user who requests a change. */
export interface AskedInPortal extends From {
  now: number;
  userId: string;
  /** The user's e-mail. */
  actor: string;
}

async function countOf(context: WriteContext, where: 'user_id' | 'organization_id', id: string): Promise<number> {
  return (await context.tx.get<{ n: number }>(`SELECT count(*) AS n FROM portal_members WHERE ${where} = ?`, id))?.n ?? 0;
}

/** Refuses with `conflict` if the user is in too many already. */
export async function createOrganization(
  context: WriteContext,
  input: AskedInPortal & { id: string; name: string },
): Promise<void> {
  if ((await countOf(context, 'user_id', input.userId)) >= MAX_ORGANIZATIONS)
    throw new RollcallError('conflict', { reason: 'too-many-organizations', most: MAX_ORGANIZATIONS });
  insertOrganization(context.tx, input, { id: input.userId, email: input.actor }, input.now);
  auditPortal(context, input, { actor: input.actor, action: 'portal.organization-created', subject: input.id });
}

interface Invite extends AskedInPortal {
  organizationId: string;
  email: string;
  role: PortalRole;
  /** Language of the mail, unless the invited user's account sets one. */
  language: Language;
  link: NewLink;
}

/**
 * Invites an e-mail, or mails an open invitation again with a new link; the older one becomes invalid. Refuses with `not-found`, `forbidden`, or
 * `conflict` if it is already a member or the organisation is full. Never reveals whether an account exists.
 */
export async function invitePortalMember(context: WriteContext, input: Invite): Promise<{ memberId: string }> {
  const { tx } = context;
  const { organizationId, email, role, link, now } = input;
  await demandOrganizationAdmin(tx, input.userId, organizationId);
  const known = await tx.get<{ id: number; userId: string | null }>(
    'SELECT id, user_id AS userId FROM portal_members WHERE organization_id = ? AND email = ?',
    organizationId,
    email,
  );
  if (known !== null && known.userId !== null) throw new RollcallError('conflict', { reason: 'member-already' });
  if (known === null && (await countOf(context, 'organization_id', organizationId)) >= MAX_MEMBERS)
    throw new RollcallError('conflict', { reason: 'too-many-members', most: MAX_MEMBERS });
  const row = await tx.get<{ id: string }>(
    `INSERT INTO portal_members (organization_id, email, role, since_at, invited_by, token_hash, expires_at, public_id) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)
     ON CONFLICT (organization_id, email) DO UPDATE SET role = ?3, since_at = ?4, invited_by = ?5, token_hash = ?6, expires_at = ?7 RETURNING public_id AS id`,
    organizationId,
    email,
    role,
    now,
    input.actor,
    link.tokenHash,
    now + LINK_VALID_MS,
    newPublicId(),
  );
  const organization =
    (await tx.get<{ name: string }>('SELECT name FROM portal_organizations WHERE id = ?', organizationId))?.name ?? '';
  await putMail(
    context,
    portalMails.invitation,
    {
      domainId: null,
      recipient: email,
      language: (await portalUserByEmail(tx, email))?.language ?? input.language,
      data: { organization, invitedBy: shownEmail(input.actor) },
      secret: link.sealed,
    },
    now,
  );
  auditPortal(context, input, {
    actor: input.actor,
    action: 'portal.member-invited',
    subject: organizationId,
    details: { email, role },
  });
  return { memberId: row?.id ?? '' };
}

/**
 * D2: joins by an invitation link, as the user with the invited e-mail; if there is none, `newUser` becomes that user. The caller has verified the
 * person, by their session or password, or by a password chosen now. Refuses with `link-not-valid`.
 */
export async function acceptPortalInvitation(
  context: WriteContext,
  input: From & { now: number; tokenHash: string; newUser: NewPortalUser | null },
): Promise<void> {
  const { tx } = context;
  const invitation = await invitationByToken(tx, input.tokenHash, input.now);
  if (invitation === null) throw new RollcallError('link-not-valid');
  const known = await portalUserByEmail(tx, invitation.email);
  // The account was created or deleted while its owner was typing: they must check again.
  if ((known === null) === (input.newUser === null)) throw new RollcallError('conflict', { reason: 'account-changed' });
  if (input.newUser !== null) insertPortalUser(tx, { ...input.newUser, email: invitation.email }, input.now);
  tx.send(
    'UPDATE portal_members SET user_id = ?, token_hash = NULL, expires_at = NULL, since_at = ? WHERE id = ?',
    known?.id ?? input.newUser?.id ?? null,
    input.now,
    invitation.id,
  );
  auditPortal(context, input, {
    actor: invitation.email,
    action: 'portal.member-joined',
    subject: invitation.organizationId,
    details: { newAccount: known === null },
  });
}

interface MemberRow {
  id: number;
  userId: string | null;
  email: string;
  role: PortalRole;
}

/** Refuses with `not-found`, also for members of another organisation (A4). */
async function memberOf(context: WriteContext, organizationId: string, id: string): Promise<MemberRow> {
  const member = await context.tx.get<MemberRow>(
    'SELECT id, user_id AS userId, email, role FROM portal_members WHERE organization_id = ? AND public_id = ?',
    organizationId,
    id,
  );
  if (member === null) throw new RollcallError('not-found');
  return member;
}

/** Refuses with `last-organization-admin` if this member is the only admin who has joined. */
async function demandAnotherAdmin(context: WriteContext, organizationId: string, member: MemberRow): Promise<void> {
  if (member.userId === null || member.role !== 'admin') return;
  const others = await context.tx.get(
    `SELECT 1 AS found FROM portal_members WHERE organization_id = ? AND role = 'admin' AND user_id IS NOT NULL AND id <> ? LIMIT 1`,
    organizationId,
    member.id,
  );
  if (others === null) throw new RollcallError('last-organization-admin');
}

/** For admins. Refuses with `not-found`, `forbidden` or `last-organization-admin`. */
export async function changePortalMember(
  context: WriteContext,
  input: AskedInPortal & { organizationId: string; memberId: string; role: PortalRole },
): Promise<void> {
  const { organizationId, role } = input;
  await demandOrganizationAdmin(context.tx, input.userId, organizationId);
  const member = await memberOf(context, organizationId, input.memberId);
  if (member.role === role) return;
  await demandAnotherAdmin(context, organizationId, member);
  context.tx.send('UPDATE portal_members SET role = ? WHERE id = ?', role, member.id);
  auditPortal(context, input, {
    actor: input.actor,
    action: 'portal.member-changed',
    subject: organizationId,
    details: { email: member.email, role: [member.role, role] },
  });
}

/** Admins remove members and invitations; anybody may leave. Refuses with `not-found`, `forbidden` or `last-organization-admin`. */
export async function removePortalMember(
  context: WriteContext,
  input: AskedInPortal & { organizationId: string; memberId: string },
): Promise<void> {
  const { organizationId } = input;
  const role = await demandMember(context.tx, input.userId, organizationId);
  const member = await memberOf(context, organizationId, input.memberId);
  if (role !== 'admin' && member.userId !== input.userId) throw new RollcallError('forbidden');
  await demandAnotherAdmin(context, organizationId, member);
  context.tx.send('DELETE FROM portal_members WHERE id = ?', member.id);
  auditPortal(context, input, {
    actor: input.actor,
    action: 'portal.member-removed',
    subject: organizationId,
    details: { email: member.email },
  });
}
