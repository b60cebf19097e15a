/** Admin Portal users and their organisations, as needed by write operations and sign-in. */
import type { PortalRole } from '../../protocol/api-portal.ts';
import type { Language } from '../../protocol/errors.ts';
import { RollcallError } from '../../protocol/errors.ts';
import { credentials } from '../identity/rows.ts';
import type { Reads, Tx } from '../store/tx.ts';
import { portalRealm } from './realm.ts';
import { newPublicId } from '../store/public-id.ts';

export interface PortalUserRow {
  id: string;
  email: string;
  name: string;
  language: Language;
}

/** A user to be stored; ids and the hash are created before the write. */
export interface NewPortalUser extends PortalUserRow {
  accountId: string;
  passwordHash: string;
}

const { insertPassword, ...others } = credentials(portalRealm);
export const { passwordHashOf, setPasswordHash, endSessions } = others;

const USER = 'SELECT "id", "email", "name", "language" FROM auth_portal_user';

/** `email` in lower case. */
export async function portalUserByEmail(tx: Reads, email: string): Promise<PortalUserRow | null> {
  return await tx.get<PortalUserRow>(`${USER} WHERE "email" = ?`, email);
}

/** D2: stores a user whose e-mail a link has verified, and removes any pending sign-up of this e-mail. */
export function insertPortalUser(tx: Tx, user: NewPortalUser, now: number): void {
  const at = new Date(now).toISOString();
  tx.send(
    'INSERT INTO auth_portal_user ("id", "name", "email", "emailVerified", "createdAt", "updatedAt", "language") VALUES (?, ?, ?, 1, ?, ?, ?)',
    user.id,
    user.name,
    user.email,
    at,
    at,
    user.language,
  );
  insertPassword(tx, { userId: user.id, accountId: user.accountId, hash: user.passwordHash }, now);
  tx.send('DELETE FROM portal_sign_ups WHERE email = ?', user.email);
}

export interface SignUpRow {
  email: string;
  name: string;
  organization: string;
  passwordHash: string;
  language: Language;
}

const SIGN_UP = 'SELECT email, name, organization, password_hash AS passwordHash, language FROM portal_sign_ups';

/** The sign-up of a valid link. */
export async function signUpByToken(tx: Reads, tokenHash: string, now: number): Promise<SignUpRow | null> {
  return await tx.get<SignUpRow>(`${SIGN_UP} WHERE token_hash = ? AND expires_at > ?`, tokenHash, now);
}

export async function signUpByEmail(tx: Reads, email: string): Promise<SignUpRow | null> {
  return await tx.get<SignUpRow>(`${SIGN_UP} WHERE email = ?`, email);
}

/** The user whose password a valid link resets. */
export async function userByResetToken(tx: Reads, tokenHash: string, now: number): Promise<PortalUserRow | null> {
  const reset = 'SELECT user_id FROM portal_resets WHERE token_hash = ? AND expires_at > ?';
  return await tx.get<PortalUserRow>(`${USER} WHERE "id" = (${reset})`, tokenHash, now);
}

export interface InvitationRow {
  id: number;
  organizationId: string;
  organization: string;
  email: string;
  role: PortalRole;
  invitedBy: string;
}

/** The invitation of a valid link. */
export async function invitationByToken(tx: Reads, tokenHash: string, now: number): Promise<InvitationRow | null> {
  return await tx.get<InvitationRow>(
    `SELECT m.id, m.organization_id AS organizationId, o.name AS organization, m.email, m.role, m.invited_by AS invitedBy
     FROM portal_members m JOIN portal_organizations o ON o.id = m.organization_id WHERE m.token_hash = ? AND m.expires_at > ?`,
    tokenHash,
    now,
  );
}

/** The user's role in an organisation; null if they are not a member. */
export async function roleOf(tx: Reads, userId: string, organizationId: string): Promise<PortalRole | null> {
  const member = 'SELECT role FROM portal_members WHERE user_id = ? AND organization_id = ?';
  return (await tx.get<{ role: PortalRole }>(member, userId, organizationId))?.role ?? null;
}

/** Refuses non-members with `not-found`: organisations of others do not exist for them (A4). */
export async function demandMember(tx: Reads, userId: string, organizationId: string): Promise<PortalRole> {
  const role = await roleOf(tx, userId, organizationId);
  if (role === null) throw new RollcallError('not-found');
  return role;
}

/** Refuses non-members with `not-found`, and members who are not admins of the organisation with `forbidden`. */
export async function demandOrganizationAdmin(tx: Reads, userId: string, organizationId: string): Promise<void> {
  if ((await demandMember(tx, userId, organizationId)) !== 'admin') throw new RollcallError('forbidden');
}

/** Stores a new organisation with its first admin. */
export function insertOrganization(
  tx: Tx,
  organization: { id: string; name: string },
  admin: { id: string; email: string },
  now: number,
): void {
  tx.send('INSERT INTO portal_organizations (id, name, created_at) VALUES (?, ?, ?)', organization.id, organization.name, now);
  tx.send(
    `INSERT INTO portal_members (public_id, organization_id, user_id, email, role, since_at) VALUES (?, ?, ?, ?, 'admin', ?)`,
    newPublicId(),
    organization.id,
    admin.id,
    admin.email,
    now,
  );
}
