import { betterAuth } from 'better-auth';
import { sessionCookieName, type AccountsSettings } from './accounts-options.ts';
import { cookieOptions, FIXED_TERM, libraryBasics } from './library-basics.ts';

/** Fields that no request sets: only operations of ours do. */
const ours = { input: false, required: true } as const;

/** The sign-in library, a fifth of the service's code and loaded with the first person who needs it, in our tables (schema/accounts.ts). */
export function accountsLibrary(settings: AccountsSettings) {
  return betterAuth({
    ...libraryBasics(settings),
    appName: 'Rollcall',
    session: { modelName: 'auth_session', ...FIXED_TERM },
    account: { modelName: 'auth_account' },
    verification: { modelName: 'auth_verification' },
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
    advanced: cookieOptions(settings, sessionCookieName(settings.publicUrl)),
  });
}

export type AccountsLibrary = ReturnType<typeof accountsLibrary>;
