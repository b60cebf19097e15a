import { createHash } from 'node:crypto';
import type { AccountsLibrary } from '../../domains/accounts-options.ts';

/**
 * A password costs a twentieth of a second of work each time by intent, and nearly every test of the API signs somebody in: here it costs
 * nothing. The real work is tested in domains/accounts.test.ts, and wherever a test starts the whole service.
 */
export async function hashCheaply(library: AccountsLibrary): Promise<void> {
  const hashOf = (password: string): string => `cheap:${createHash('sha256').update(password).digest('hex')}`;
  Object.assign((await library.$context).password, {
    hash: async (password: string) => hashOf(password),
    verify: async ({ hash, password }: { hash: string; password: string }) => hash === hashOf(password),
  });
}
