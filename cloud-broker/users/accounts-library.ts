import { betterAuth } from 'better-auth';
import { Kysely } from 'kysely';
import { storeDialect } from '../store/sqlite/kysely-dialect.ts';
import { ADDRESS_HEADER, sessionCookieName, type AccountsSettings } from './accounts-options.ts';
import { PASSWORD_LENGTH } from './password-rules.ts';

const SESSION_S = 7 * 86_400;

/** Fields that no request sets: only operations of ours do. */
const ours = { input: false, required: true } as const;

/** The sign-in library, a fifth of the service's code and loaded with the first person who needs it, in our tables (store/accounts-schema.ts) and with what it does by itself turned off. */
export function accountsLibrary(settings: AccountsSettings) {
  const secure = settings.publicUrl.startsWith('https:');
  return betterAuth({
    appName: 'Rollcall',
    baseURL: settings.publicUrl,
    secret: settings.secret,
    database: { db: new Kysely({ dialect: storeDialect(settings.store) }), type: 'sqlite' },
    telemetry: { enabled: false },
    logger: { level: 'error', log: (_level, message) => settings.log(message) },
    emailAndPassword: {
      enabled: true,
      disableSignUp: true,
      autoSignIn: false,
      minPasswordLength: PASSWORD_LENGTH.least,
      maxPasswordLength: PASSWORD_LENGTH.most,
    },
    // A fixed term: whoever reads a session writes nothing, so reads stay reads.
    session: { modelName: 'auth_session', expiresIn: SESSION_S, disableSessionRefresh: true },
    account: { modelName: 'auth_account' },
    verification: { modelName: 'auth_verification' },
    // Our own limits count address and (user, address), never the user alone (D6).
    rateLimit: { enabled: false },
    user: {
      modelName: 'auth_user',
      additionalFields: {
        contactEmail: { type: 'string', index: true, ...ours },
        domainId: { type: 'number', index: true, ...ours },
        role: { type: 'string', ...ours },
        billing: { type: 'boolean', defaultValue: false, ...ours },
        tags: { type: 'string', defaultValue: '[]', ...ours },
        language: { type: 'string', defaultValue: 'en', ...ours },
      },
    },
    advanced: {
      // `__Host-` is our prefix; the library's own one would stand before it.
      useSecureCookies: false,
      defaultCookieAttributes: { secure, httpOnly: true, sameSite: 'lax', path: '/' },
      cookies: { session_token: { name: sessionCookieName(settings.publicUrl) } },
      ipAddress: { ipAddressHeaders: [ADDRESS_HEADER] },
    },
  });
}

export type AccountsLibrary = ReturnType<typeof accountsLibrary>;
