import { betterAuth } from 'better-auth';
import { createAuthEndpoint } from 'better-auth/api';
import { setSessionCookie } from 'better-auth/cookies';
import { Kysely } from 'kysely';
import * as z from 'zod';
import { RollcallError } from '../../protocol/errors.ts';
import { ADDRESS_HEADER, type AccountsSettings } from '../users/accounts-options.ts';
import { PASSWORD_LENGTH } from '../users/password-rules.ts';
import { storeDialect } from '../store/sqlite/kysely-dialect.ts';
import { portalCookieName, PORTAL_PREFIX } from './cookie.ts';

const SESSION_S = 7 * 86_400;
/**
 * Begins the session of a user whose password was checked. The library's own sign-in takes no e-mail that is not ASCII, which here is what
 * people sign in by.
 */
const beginSession = createAuthEndpoint.serverOnly(
  { method: 'POST', body: z.object({ userId: z.string() }) },
  async (context) => {
    const { internalAdapter } = context.context;
    const user = await internalAdapter.findUserById(context.body.userId);
    if (user === null) throw new RollcallError('sign-in-failed');
    await setSessionCookie(context, { session: await internalAdapter.createSession(user.id), user });
  },
);

/**
 * The sign-in library once more, for the Admin Portal: other tables (store/portal-schema.ts), another cookie, another secret than the domains'
 * accounts. Who has an account is stored by operations of ours, so it takes no sign-ups.
 */
export function portalLibrary(settings: AccountsSettings) {
  const secure = settings.publicUrl.startsWith('https:');
  return betterAuth({
    appName: 'Rollcall Admin Portal',
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
    session: { modelName: 'auth_portal_session', expiresIn: SESSION_S, disableSessionRefresh: true },
    account: { modelName: 'auth_portal_account' },
    verification: { modelName: 'auth_portal_verification' },
    rateLimit: { enabled: false },
    plugins: [{ id: 'rollcall-portal', endpoints: { beginSession } }],
    user: {
      modelName: 'auth_portal_user',
      additionalFields: { language: { type: 'string', defaultValue: 'en', input: false, required: true } },
    },
    advanced: {
      // `__Host-` is our prefix; the library's own one would stand before it.
      useSecureCookies: false,
      cookiePrefix: PORTAL_PREFIX,
      defaultCookieAttributes: { secure, httpOnly: true, sameSite: 'lax', path: '/' },
      cookies: { session_token: { name: portalCookieName(settings.publicUrl) } },
      ipAddress: { ipAddressHeaders: [ADDRESS_HEADER] },
    },
  });
}

export type PortalLibrary = ReturnType<typeof portalLibrary>;
