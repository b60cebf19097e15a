import { domainName } from '../../protocol/text.ts';

/** D6: first user of a domain. */
export const FIRST_USER = 'admin';
const LOGIN_HOST = 'rollcall.invalid';
const USER_NAME = /^[a-z0-9](?:[a-z0-9._-]{0,62}[a-z0-9])?$/;

/** D6: `name@domain` is unique and an e-mail is not, so the library's unique address is derived from the name (RFC 2606). */
export function loginAddress(user: string, domain: string): string {
  return `${user}@${domain}.${LOGIN_HOST}`;
}

/** The `name@domain` of a login address. */
export function userOf(address: string): string {
  return address.slice(0, -(LOGIN_HOST.length + 1));
}

/** Parses text typed to sign in as `name@domain`; null if it can at most be an e-mail. */
export function nameAndDomain(typed: string): { name: string; domain: string } | null {
  const at = typed.lastIndexOf('@');
  const [name, domain] = [typed.slice(0, at), typed.slice(at + 1)];
  return at > 0 && domainName.safeParse(domain).success ? { name, domain } : null;
}

/** What a password must not be of `name@domain`: its parts and the whole. */
export function namesOf(user: string): string[] {
  return [user, ...user.split('@')];
}

export function isUserName(name: string): boolean {
  return USER_NAME.test(name);
}
