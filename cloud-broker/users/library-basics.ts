import type { BetterAuthOptions } from 'better-auth';
import { Kysely } from 'kysely';
import { storeDialect } from '../store/sqlite/kysely-dialect.ts';
import { ADDRESS_HEADER, type AccountsSettings } from './accounts-options.ts';
import { PASSWORD_LENGTH } from './password-rules.ts';

const SESSION_S = 7 * 86_400;

/** A fixed term: whoever reads a session writes nothing, so reads stay reads. */
export const FIXED_TERM = { expiresIn: SESSION_S, disableSessionRefresh: true } as const;

/**
 * The sign-in library in our store, with what it does by itself turned off: who has an account is stored by operations of ours, and our own limits
 * count address and (user, address), never the user alone (D6).
 */
export function libraryBasics({ publicUrl, secret, store, log }: AccountsSettings) {
  return {
    baseURL: publicUrl,
    secret,
    database: { db: new Kysely({ dialect: storeDialect(store) }), type: 'sqlite' },
    telemetry: { enabled: false },
    logger: { level: 'error', log: (_level, message) => log(message) },
    emailAndPassword: {
      enabled: true,
      disableSignUp: true,
      autoSignIn: false,
      minPasswordLength: PASSWORD_LENGTH.least,
      maxPasswordLength: PASSWORD_LENGTH.most,
    },
    rateLimit: { enabled: false },
  } satisfies BetterAuthOptions;
}

/** How its session cookie, of this name, is set, and where it finds the address of who asks. */
export function cookieOptions({ publicUrl }: Pick<AccountsSettings, 'publicUrl'>, name: string) {
  return {
    // `__Host-` is our prefix; the library's own one would stand before it.
    useSecureCookies: false,
    defaultCookieAttributes: { secure: publicUrl.startsWith('https:'), httpOnly: true, sameSite: 'lax', path: '/' },
    cookies: { session_token: { name } },
    ipAddress: { ipAddressHeaders: [ADDRESS_HEADER] },
    // A session and its user in one statement: each is a trip to the reader thread, made for every request.
    database: { joins: true },
  } satisfies BetterAuthOptions['advanced'];
}
