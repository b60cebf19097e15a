import type { Store } from '../store/port.ts';

/** The header by which the address that the server has made out is handed to the library; it is never taken from a request. */
export const ADDRESS_HEADER = 'x-rollcall-address';

export interface AccountsSettings {
  store: Store;
  /** At least 32 characters; signs the session cookies (S1). */
  secret: string;
  /** The configured public URL; only its scheme matters here (A5). */
  publicUrl: string;
  /** Told of what goes wrong inside the library; never of names or passwords. */
  log(message: string): void;
}

/** Name of the session cookie. `__Host-` binds it to this host, the whole path and https; browsers take it over https only (A5). */
export function sessionCookieName(publicUrl: string): string {
  return publicUrl.startsWith('https:') ? '__Host-rollcall-session' : 'rollcall-session';
}
