import * as z from 'zod';

/** Octets of an address and of the part before its `@` (RFC 5321). */
const MAX_OCTETS = 254;
const MAX_LOCAL_OCTETS = 64;

// Letters, marks and digits of any script, as names of mailboxes and hosts are written. Nothing invisible (A6), also no variation
// selector or filler, which some alphabets count among their letters; no blank, quote or comment: what is read is one address.
const LETTER = String.raw`[\p{L}\p{M}\p{Nd}\p{Nl}]`;
const LOCAL = new RegExp(String.raw`^(?![\p{M}.])(?!.*\.\.)(?:${LETTER}|[_'+.-])*(?:${LETTER}|[_+-])$`, 'u');
// The middle dots and marks that some languages write within a word, and the full stops of East Asian keyboards.
const HOST = new RegExp(String.raw`^(?:${LETTER}|[-.。．｡·・׳״])+$`, 'u');
const IGNORABLE = /\p{Default_Ignorable_Code_Point}/u;
const ASCII_HOST = /^(?:[a-z0-9][a-z0-9-]{0,62}\.)+(?:[a-z]{2,63}|xn--[a-z0-9-]{1,59})$/;

// A label that is not ASCII makes every engine check the others too: a host in ASCII alone passes whatever its Punycode says.
const CHECKED = 'é.';

/** The host as mail servers take it (Punycode); null where it is none, or only an address of a machine. */
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
 * The one form in which an e-mail address is stored, compared, limited and mailed to: lower case, composed (NFC), its host in Punycode,
 * so that `admin@École.example` and `admin@xn--cole-9oa.example` are one. Null for anything but one address; spaces around it do not
 * count. Reading that form again changes nothing.
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

/** Whether what is typed into a form is one. */
export const isEmail = (typed: string): boolean => readEmail(typed) !== null;

/** An e-mail address, of any language, in the form of `readEmail`. */
export const emailAddress = z
  .string()
  .max(MAX_OCTETS)
  .overwrite((typed) => readEmail(typed) ?? typed)
  .refine((email) => readEmail(email) !== null, 'must be an e-mail address')
  .meta({ format: 'idn-email' });
