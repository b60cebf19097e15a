import { createHash } from 'node:crypto';
import { signInLibrary, type LibrarySettings, type SignInLibrary } from '../../identity/library.ts';
import { domainRealm } from '../../users/realm.ts';

/**
 * The sign-in library, but that passwords cost nothing: by intent each costs a twentieth of a second of work, and nearly every test of the
 * API signs somebody in. The real work is tested in users/accounts.test.ts, and wherever a test starts the whole service.
 */
export async function cheapAccountsLibrary(settings: LibrarySettings): Promise<SignInLibrary> {
  const library = signInLibrary(domainRealm, settings);
  const hashOf = (password: string): string => `cheap:${createHash('sha256').update(password).digest('hex')}`;
  Object.assign((await library.$context).password, {
    hash: async (password: string) => hashOf(password),
    verify: async ({ hash, password }: { hash: string; password: string }) => hash === hashOf(password),
  });
  return library;
}
