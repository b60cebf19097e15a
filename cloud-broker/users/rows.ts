/** Users of domains and their passwords, in the sign-in library's tables, where they must stand or fall with rows of ours. */
import type { Role } from '../../protocol/api.ts';
import type { Language } from '../../protocol/errors.ts';
import { credentials } from '../identity/rows.ts';
import { readAs, rowType, type RowIn } from '../store/row-type.ts';
import type { Reads, Tx } from '../store/tx.ts';
import { domainRealm } from './realm.ts';

/** A user to be stored without a password, so nobody can sign in as them (D2). The id is created before the write. */
export interface InvitedUser {
  id: string;
  /** The part before the `@` of `name@domain`. */
  name: string;
  /** The library's unique address (login-names.ts). */
  login: string;
  /** Lower case. */
  email: string;
  role: Role;
  billing: boolean;
  tags: readonly string[];
  language: Language;
}

/** A user to be stored with a password; ids and the hash are created before the write. */
export interface NewUser extends InvitedUser {
  accountId: string;
  passwordHash: string;
}

const USER = rowType('u.', {
  id: readAs('u."id"', 'text'),
  domainId: readAs('u."domainId"', 'integer'),
  login: readAs('u."email"', 'text'),
  email: readAs('u."contactEmail"', 'text'),
  language: readAs('u."language"', ['en', 'fr']),
});
export type UserRow = RowIn<typeof USER>;

const { insertPassword: insertOnlyPassword, ...others } = credentials(domainRealm);
export const { passwordHashOf, setPasswordHash, endSessions } = others;

/** Stores a user with a password. */
export function insertUser(tx: Tx, user: NewUser, domainId: number, now: number): void {
  insertInvited(tx, user, domainId, now);
  insertPassword(tx, { userId: user.id, accountId: user.accountId, hash: user.passwordHash }, now);
}

/** Stores a user without a password, whose e-mail is not verified. */
export function insertInvited(tx: Tx, user: InvitedUser, domainId: number, now: number): void {
  const at = new Date(now).toISOString();
  tx.send(
    `INSERT INTO auth_user ("id", "name", "email", "emailVerified", "createdAt", "updatedAt", "contactEmail", "domainId", "role", "billing", "tags", "language")
     VALUES (?, ?, ?, 0, ?, ?, ?, ?, ?, ?, ?, ?)`,
    user.id,
    user.name,
    user.login,
    at,
    at,
    user.email,
    domainId,
    user.role,
    user.billing ? 1 : 0,
    JSON.stringify(user.tags),
    user.language,
  );
}

/** Sets the first password of a user. This takes a link from their mailbox (D2) or the vendor's word, so their e-mail counts as verified. */
export function insertPassword(tx: Tx, password: { userId: string; accountId: string; hash: string }, now: number): void {
  insertOnlyPassword(tx, password, now);
  confirmEmail(tx, password.userId);
}

/** Marks a user's e-mail as verified, which signing in by it requires (D6). */
export function confirmEmail(tx: Tx, userId: string): void {
  tx.send('UPDATE auth_user SET "emailVerified" = 1 WHERE "id" = ?', userId);
}

export async function userById(tx: Reads, id: string): Promise<UserRow | null> {
  return await USER.get(tx, `SELECT ${USER.columns} FROM auth_user u WHERE u."id" = ?`, id);
}

export async function userByLogin(tx: Reads, login: string): Promise<UserRow | null> {
  return await USER.get(tx, `SELECT ${USER.columns} FROM auth_user u WHERE u."email" = ?`, login);
}
