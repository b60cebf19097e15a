import { domainToUnicode } from 'node:url';
import { readEmail } from '../../protocol/email.ts';
import { RollcallError } from '../../protocol/errors.ts';

/** A stored e-mail as people write it: its host in the letters of its language. */
export function shownEmail(email: string): string {
  const at = email.lastIndexOf('@') + 1;
  return `${email.slice(0, at)}${domainToUnicode(email.slice(at)) || email.slice(at)}`;
}

/** What was typed to sign in, as it is compared and limited: however an e-mail is written, it is one. */
export function loginTyped(typed: string): string {
  const text = typed.trim().toLowerCase();
  return readEmail(text) ?? text;
}

/** An e-mail as it is stored. Refuses with `invalid-request`. */
export function demandEmail(typed: string): string {
  const email = readEmail(typed);
  if (email === null) throw new RollcallError('invalid-request', { field: 'email' });
  return email;
}
