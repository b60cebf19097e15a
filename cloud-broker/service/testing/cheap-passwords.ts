import { createHash } from 'node:crypto';
import { accountsLibrary, type AccountsLibrary } from '../../users/accounts-library.ts';
import type { AccountsSettings } from '../../users/accounts-options.ts';

/**
 * The sign-in library, but that passwords cost nothing: by intent each costs a twentieth of a second of work, and nearly every test of the
 * API signs somebody in. The real work is tested in domains/accounts.test.ts, and wherever a test starts the whole service.
 */
export async function cheapAccountsLibrary(settings: AccountsSettings): Promise<AccountsLibrary> {
  const library = accountsLibrary(settings);
  const hashOf = (password: string): string => `cheap:${createHash('sha256').update(password).digest('hex')}`;
  Object.assign((await library.$context).password, {
    hash: async (password: string) => hashOf(password),
    verify: async ({ hash, password }: { hash: string; password: string }) => hash === hashOf(password),
  });
  return library;
}
