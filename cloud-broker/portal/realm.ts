import { ours, type Realm } from '../identity/realm.ts';

/** The people of the Admin Portal, in the tables of schema.ts. */
export const portalRealm: Realm = {
  appName: 'Rollcall Admin Portal',
  tables: 'auth_portal',
  cookie: 'rollcall-portal',
  cookiePrefix: 'rollcall-portal',
  fields: { language: { type: 'string', defaultValue: 'en', ...ours } },
};
