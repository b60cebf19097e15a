import { domainToUnicode } from 'node:url';

/** A stored e-mail as people write it: its host in the letters of its language. */
export function shownEmail(email: string): string {
  const at = email.lastIndexOf('@') + 1;
  return `${email.slice(0, at)}${domainToUnicode(email.slice(at)) || email.slice(at)}`;
}
