import type { Reads, Tx } from '../store/tx.ts';
import type { Realm } from './realm.ts';

/**
 * Passwords and sessions of one realm, in the sign-in library's tables, where they must stand or fall with rows of ours. What the library does by itself
 * (sessions, signing in) goes through the library.
 */
export function credentials({ tables }: Pick<Realm, 'tables'>) {
  const account = `${tables}_account`;
  const OF_USER = `"userId" = ? AND "providerId" = 'credential'`;
  return {
    /** Hash of a user's password; null if there is no such user or no password. */
    passwordHashOf: async (tx: Reads, userId: string): Promise<string | null> => {
      const row = await tx.get<{ hash: string | null }>(`SELECT "password" AS hash FROM ${account} WHERE ${OF_USER}`, userId);
      return row?.hash ?? null;
    },

    /** Gives a user who has none a password. */
    insertPassword: (tx: Tx, password: { userId: string; accountId: string; hash: string }, now: number): void => {
      const { userId, accountId, hash } = password;
      const at = new Date(now).toISOString();
      tx.send(
        `INSERT INTO ${account} ("id", "accountId", "providerId", "userId", "password", "createdAt", "updatedAt")
         VALUES (?, ?, 'credential', ?, ?, ?, ?)`,
        accountId,
        userId,
        userId,
        hash,
        at,
        at,
      );
    },

    setPasswordHash: (tx: Tx, userId: string, hash: string, now: number): void => {
      const at = new Date(now).toISOString();
      tx.send(`UPDATE ${account} SET "password" = ?, "updatedAt" = ? WHERE ${OF_USER}`, hash, at, userId);
    },

    /** D6: ends all of a user's sessions except `except`; returns how many. */
    endSessions: async (tx: Tx, userId: string, except: string | null): Promise<number> =>
      await tx.run(`DELETE FROM ${tables}_session WHERE "userId" = ? AND "id" <> ?`, userId, except ?? ''),
  };
}
