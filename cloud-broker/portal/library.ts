import { betterAuth } from 'better-auth';
import { createAuthEndpoint } from 'better-auth/api';
import { setSessionCookie } from 'better-auth/cookies';
import * as z from 'zod';
import { RollcallError } from '../../protocol/errors.ts';
import type { AccountsSettings } from '../users/accounts-options.ts';
import { cookieOptions, FIXED_TERM, libraryBasics } from '../users/library-basics.ts';
import { portalCookieName, PORTAL_PREFIX } from './cookie.ts';

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
 * The sign-in library once more, for the Admin Portal: other tables (schema.ts), another cookie, another secret than the domains'
 * accounts. Who has an account is stored by operations of ours, so it takes no sign-ups.
 */
export function portalLibrary(settings: AccountsSettings) {
  return betterAuth({
    ...libraryBasics(settings),
    appName: 'Rollcall Admin Portal',
    session: { modelName: 'auth_portal_session', ...FIXED_TERM },
    account: { modelName: 'auth_portal_account' },
    verification: { modelName: 'auth_portal_verification' },
    plugins: [{ id: 'rollcall-portal', endpoints: { beginSession } }],
    user: {
      modelName: 'auth_portal_user',
      additionalFields: { language: { type: 'string', defaultValue: 'en', input: false, required: true } },
    },
    advanced: { ...cookieOptions(settings, portalCookieName(settings.publicUrl)), cookiePrefix: PORTAL_PREFIX },
  });
}

export type PortalLibrary = ReturnType<typeof portalLibrary>;
