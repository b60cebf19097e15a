import { ours, type Realm } from '../identity/realm.ts';

/** The users of domains, in the tables of schema/accounts.ts. */
export const domainRealm: Realm = {
  appName: 'Rollcall',
  tables: 'auth',
  cookie: 'rollcall-session',
  cookiePrefix: 'better-auth',
  fields: {
    contactEmail: { type: 'string', index: true, ...ours },
    domainId: { type: 'number', index: true, ...ours },
    role: { type: 'string', ...ours },
    billing: { type: 'boolean', defaultValue: false, ...ours },
    tags: { type: 'string', defaultValue: '[]', ...ours },
    language: { type: 'string', defaultValue: 'en', ...ours },
  },
};
