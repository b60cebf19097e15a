import { domainToUnicode } from 'node:url';
import { readEmail } from '../../protocol/email.ts';
import { RollcallError } from '../../protocol/errors.ts';

/** A stored e-mail as people write it, with its host in Unicode. */
export function shownEmail(email: string): string {
  const at = email.lastIndexOf('@') + 1;
  return `${email.slice(0, at)}${domainToUnicode(email.slice(at)) || email.slice(at)}`;
}

/** Normalises what was typed to sign in for comparison and limits: all spellings of an e-mail are the same. */
export function loginTyped(typed: string): string {
  const text = typed.trim().toLowerCase();
  return readEmail(text) ?? text;
}

/** An e-mail in stored form. Refuses with `invalid-request`. */
export function demandEmail(typed: string): string {
  const email = readEmail(typed);
  if (email === null) throw new RollcallError('invalid-request', { field: 'email' });
  return email;
}
