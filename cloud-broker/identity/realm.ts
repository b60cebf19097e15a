/**
 * People who sign in, in realms that know nothing of each other: what the users of domains and the people of the Admin Portal have in common. Each
 * realm has tables, a cookie and a secret of its own, so that nothing of one opens the other; this room knows neither.
 */
import type { DBFieldAttribute } from 'better-auth/db';

/** What sets one realm apart for the sign-in library. */
export interface Realm {
  appName: string;
  /** Its tables are `PREFIX_user`, `PREFIX_session`, `PREFIX_account` and `PREFIX_verification` (schema.ts). */
  tables: string;
  /** The session cookie's name, without `__Host-`; no other realm's session has it (A5). */
  cookie: string;
  /** Before the names of the library's other cookies. */
  cookiePrefix: string;
  /** Columns of its users beside the library's own. No request sets them: only operations of ours do. */
  fields: Record<string, DBFieldAttribute>;
}

/** A required column that no request sets. */
export const ours = { input: false, required: true } as const;

/** Header that passes the address determined by the server to the library; it is never taken from a request. */
export const ADDRESS_HEADER = 'x-rollcall-address';

/** Name of a realm's session cookie. `__Host-` binds it to this host, the whole path and https; browsers take it over https only (A5). */
export function cookieNameOf({ cookie }: Realm, publicUrl: string): string {
  return publicUrl.startsWith('https:') ? `__Host-${cookie}` : cookie;
}
