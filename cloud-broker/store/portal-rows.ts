/** People of the Admin Portal and their organisations, as writing operations and signing in need them. */
import type { PortalRole } from '../../protocol/api-portal.ts';
import type { Language } from '../../protocol/errors.ts';
import { RollcallError } from '../../protocol/errors.ts';
import type { Sql } from './sql.ts';

export interface PortalUserRow {
  id: string;
  email: string;
  name: string;
  language: Language;
}

/** A person to be stored as a user; ids and the hash are made before the write. */
export interface NewPortalUser extends PortalUserRow {
  accountId: string;
  passwordHash: string;
}

const USER = 'SELECT "id", "email", "name", "language" FROM auth_portal_user';

/** `email` in lower case. */
export function portalUserByEmail(sql: Sql, email: string): PortalUserRow | null {
  return sql.get<PortalUserRow>(`${USER} WHERE "email" = ?`, email);
}

export function portalPasswordHash(sql: Sql, userId: string): string | null {
  const account = `SELECT "password" AS hash FROM auth_portal_account WHERE "userId" = ? AND "providerId" = 'credential'`;
  return sql.get<{ hash: string | null }>(account, userId)?.hash ?? null;
}

/** D2: stores a user whose e-mail a link has shown to be theirs; a sign-up of this e-mail that still waits is over. */
export function insertPortalUser(sql: Sql, user: NewPortalUser, now: number): void {
  const at = new Date(now).toISOString();
  sql.run(
    'INSERT INTO auth_portal_user ("id", "name", "email", "emailVerified", "createdAt", "updatedAt", "language") VALUES (?, ?, ?, 1, ?, ?, ?)',
    user.id,
    user.name,
    user.email,
    at,
    at,
    user.language,
  );
  sql.run(
    `INSERT INTO auth_portal_account ("id", "accountId", "providerId", "userId", "password", "createdAt", "updatedAt")
     VALUES (?, ?, 'credential', ?, ?, ?, ?)`,
    user.accountId,
    user.id,
    user.id,
    user.passwordHash,
    at,
    at,
  );
  sql.run('DELETE FROM portal_sign_ups WHERE email = ?', user.email);
}

export interface SignUpRow {
  email: string;
  name: string;
  organization: string;
  passwordHash: string;
  language: Language;
}

const SIGN_UP = 'SELECT email, name, organization, password_hash AS passwordHash, language FROM portal_sign_ups';

/** The sign-up that a good link belongs to. */
export function signUpByToken(sql: Sql, tokenHash: string, now: number): SignUpRow | null {
  return sql.get<SignUpRow>(`${SIGN_UP} WHERE token_hash = ? AND expires_at > ?`, tokenHash, now);
}

export function signUpByEmail(sql: Sql, email: string): SignUpRow | null {
  return sql.get<SignUpRow>(`${SIGN_UP} WHERE email = ?`, email);
}

/** Whose password a good link resets. */
export function userByResetToken(sql: Sql, tokenHash: string, now: number): PortalUserRow | null {
  const reset = 'SELECT user_id FROM portal_resets WHERE token_hash = ? AND expires_at > ?';
  return sql.get<PortalUserRow>(`${USER} WHERE "id" = (${reset})`, tokenHash, now);
}

export interface InvitationRow {
  id: number;
  organizationId: string;
  organization: string;
  email: string;
  role: PortalRole;
  invitedBy: string;
}

/** The invitation that a good link belongs to. */
export function invitationByToken(sql: Sql, tokenHash: string, now: number): InvitationRow | null {
  return sql.get<InvitationRow>(
    `SELECT m.id, m.organization_id AS organizationId, o.name AS organization, m.email, m.role, m.invited_by AS invitedBy
     FROM portal_members m JOIN portal_organizations o ON o.id = m.organization_id WHERE m.token_hash = ? AND m.expires_at > ?`,
    tokenHash,
    now,
  );
}

/** The user's role in an organisation; null where they are no member. */
export function roleOf(sql: Sql, userId: string, organizationId: string): PortalRole | null {
  const member = 'SELECT role FROM portal_members WHERE user_id = ? AND organization_id = ?';
  return sql.get<{ role: PortalRole }>(member, userId, organizationId)?.role ?? null;
}

/** Refuses with `not-found` who is no member: others' organisations are not there (A4). */
export function demandMember(sql: Sql, userId: string, organizationId: string): PortalRole {
  const role = roleOf(sql, userId, organizationId);
  if (role === null) throw new RollcallError('not-found');
  return role;
}

/** Refuses with `not-found` who is no member, with `forbidden` who is no admin of the organisation. */
export function demandOrganizationAdmin(sql: Sql, userId: string, organizationId: string): void {
  if (demandMember(sql, userId, organizationId) !== 'admin') throw new RollcallError('forbidden');
}

/** A new organisation with its first admin. */
export function insertOrganization(
  sql: Sql,
  organization: { id: string; name: string },
  admin: { id: string; email: string },
  now: number,
): void {
  sql.run('INSERT INTO portal_organizations (id, name, created_at) VALUES (?, ?, ?)', organization.id, organization.name, now);
  sql.run(
    `INSERT INTO portal_members (organization_id, user_id, email, role, since_at) VALUES (?, ?, ?, 'admin', ?)`,
    organization.id,
    admin.id,
    admin.email,
    now,
  );
}
