import * as z from 'zod';

/** Maximum octets of an address and of the part before its `@` (RFC 5321). */
const MAX_OCTETS = 254;
const MAX_LOCAL_OCTETS = 64;

// Letters, marks and digits of any script, as used in mailbox and host names. Nothing invisible (A6), including variation selectors and fillers,
// which some scripts class as letters. No blank, quote or comment: the input is exactly one address.
const LETTER = String.raw`[\p{L}\p{M}\p{Nd}\p{Nl}]`;
const LOCAL = new RegExp(String.raw`^(?![\p{M}.])(?!.*\.\.)(?:${LETTER}|[_'+.-])*(?:${LETTER}|[_+-])$`, 'u');
// Middle dots and marks that some languages use within words, and full stops of East Asian keyboards.
const HOST = new RegExp(String.raw`^(?:${LETTER}|[-.。．｡·・׳״])+$`, 'u');
const IGNORABLE = /\p{Default_Ignorable_Code_Point}/u;
const ASCII_HOST = /^(?:[a-z0-9][a-z0-9-]{0,62}\.)+(?:[a-z]{2,63}|xn--[a-z0-9-]{1,59})$/;

// A non-ASCII label makes every engine check the other labels too; a pure ASCII host passes whatever its Punycode contains.
const CHECKED = 'é.';

/** The host as mail servers expect it (Punycode); null if it is not a host name, or only an IP address. */
function asciiHost(typed: string): string | null {
  if (!HOST.test(typed)) return null;
  try {
    const { hostname } = new URL(`http://${CHECKED}${typed}/`);
    const host = hostname.slice(hostname.indexOf('.') + 1);
    return ASCII_HOST.test(host) ? host : null;
  } catch {
    return null;
  }
}

const octets = (text: string): number => new TextEncoder().encode(text).length;

/**
 * The single form in which an e-mail address is stored, compared, limited and mailed to: lower case, composed (NFC), host in Punycode, so that
 * `admin@École.example` and `admin@xn--cole-9oa.example` are the same. Null for anything but one address; surrounding spaces are ignored. Idempotent.
 */
export function readEmail(typed: string): string | null {
  const text = typed.replace(/^ +| +$/g, '');
  const at = text.lastIndexOf('@');
  if (at < 1 || text.length > MAX_OCTETS || IGNORABLE.test(text)) return null;
  const local = text.slice(0, at).normalize('NFC').toLowerCase().normalize('NFC');
  const host = asciiHost(text.slice(at + 1));
  if (host === null || !LOCAL.test(local) || octets(local) > MAX_LOCAL_OCTETS) return null;
  const email = `${local}@${host}`;
  return octets(email) > MAX_OCTETS ? null : email;
}

/** Whether text typed into a form is one. */
export const isEmail = (typed: string): boolean => readEmail(typed) !== null;

/** An e-mail address in any language, in the form of `readEmail`. */
export const emailAddress = z
  .string()
  .max(MAX_OCTETS)
  .overwrite((typed) => readEmail(typed) ?? typed)
  .refine((email) => readEmail(email) !== null, 'must be an e-mail address')
  .meta({ format: 'idn-email' });
