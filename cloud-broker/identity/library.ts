import { betterAuth } from 'better-auth';
import { createAuthEndpoint } from 'better-auth/api';
import { setSessionCookie } from 'better-auth/cookies';
import { Kysely } from 'kysely';
import * as z from 'zod';
import { RollcallError } from '../../protocol/errors.ts';
import type { Store } from '../store/port.ts';
import { storeDialect } from '../store/sqlite/kysely-dialect.ts';
import { ADDRESS_HEADER, cookieNameOf, type Realm } from './realm.ts';

const SESSION_S = 7 * 86_400;

export interface LibrarySettings {
  store: Store;
  /** At least 32 characters; signs the session cookies (S1). */
  secret: string;
  /** The configured public URL; only its scheme matters here (A5). */
  publicUrl: string;
  /** Logs errors inside the library; never names or passwords. */
  log(message: string): void;
}

/**
 * Begins the session of a user whose password was checked, and answers who that is. The library's own sign-in takes no e-mail that is not ASCII, which is
 * what people of the portal sign in by, and knows no second factor of ours.
 */
const beginSession = createAuthEndpoint.serverOnly(
  { method: 'POST', body: z.object({ userId: z.string() }) },
  async (context) => {
    const { internalAdapter } = context.context;
    const user = await internalAdapter.findUserById(context.body.userId);
    if (user === null) throw new RollcallError('sign-in-failed');
    await setSessionCookie(context, { session: await internalAdapter.createSession(user.id), user });
    return user;
  },
);

/**
 * The sign-in library for one realm, a fifth of the service's code and loaded with the first person who needs it, in our store and tables. What it does by
 * itself is turned off: who has an account is stored by operations of ours, and our own limits count address and (user, address), never the user alone
 * (D6).
 */
export function signInLibrary(realm: Realm, { publicUrl, secret, store, log }: LibrarySettings) {
  const { tables } = realm;
  return betterAuth({
    appName: realm.appName,
    baseURL: publicUrl,
    secret,
    database: { db: new Kysely({ dialect: storeDialect(store) }), type: 'sqlite' },
    telemetry: { enabled: false },
    logger: { level: 'error', log: (_level, message) => log(message) },
    rateLimit: { enabled: false },
    // Fixed term: reading a session writes nothing, so reads stay reads.
    session: { modelName: `${tables}_session`, expiresIn: SESSION_S, disableSessionRefresh: true },
    account: { modelName: `${tables}_account` },
    verification: { modelName: `${tables}_verification` },
    user: { modelName: `${tables}_user`, additionalFields: realm.fields },
    plugins: [{ id: 'rollcall', endpoints: { beginSession } }],
    advanced: {
      // `__Host-` is the project's prefix; the library's own would precede it.
      useSecureCookies: false,
      defaultCookieAttributes: { secure: publicUrl.startsWith('https:'), httpOnly: true, sameSite: 'lax', path: '/' },
      cookiePrefix: realm.cookiePrefix,
      cookies: { session_token: { name: cookieNameOf(realm, publicUrl) } },
      ipAddress: { ipAddressHeaders: [ADDRESS_HEADER] },
      // A session and its user in one statement: each is a trip to the reader thread, made for every request.
      // Its tables are checked by a test of each realm: the library itself would ask for them as one database engine is asked, at the first sign-in.
      database: { joins: true, validateSchema: false },
    },
  });
}

export type SignInLibrary = ReturnType<typeof signInLibrary>;
