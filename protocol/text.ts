import * as z from 'zod';

// Control, bidirectional, zero-width and other invisible characters (A6), which make two names look alike. Some letters and marks are invisible too:
// the grapheme joiner, the Hangul fillers and two Khmer vowels. U+FFFD marks text lost in transit.
const INVISIBLE = /[\p{Cc}\p{Cf}\p{Co}\p{Cs}\p{Zl}\p{Zp}\u034f\u115f\u1160\u17b4\u17b5\u3164\uffa0\ufffd]/u;
const ALL_INVISIBLE = new RegExp(INVISIBLE, 'gu');
const PRINTABLE_ASCII = /^[\x20-\x7e]+$/;

/** Device text (A6): 1 to `most` characters, not all blank, nothing invisible. Kept as received, because it may be signed. */
export const deviceText = (most: number) =>
  z
    .string()
    .max(most)
    .refine((text) => text.trim() !== '', 'must not be empty')
    .refine(
      (text) => !INVISIBLE.test(text),
      'has control, bidirectional or zero-width characters, or some that were lost (U+FFFD)',
    );

/** The same text without the characters forbidden in device text. */
export const withoutInvisible = (text: string): string => text.replace(ALL_INVISIBLE, '');

/** Serial, model and firmware (A6): 1 to `most` printable ASCII characters, not all blank. */
export const asciiText = (most: number) =>
  z
    .string()
    .max(most)
    .regex(PRINTABLE_ASCII, 'must be printable ASCII')
    .refine((text) => text.trim() !== '', 'must not be empty');

/** Tags carried by the command `set-tags` (P8). */
export const commandTags = z.array(deviceText(64)).max(32);

/** D1: 3 to 32 lowercase letters or digits. */
export const domainName = z.string().regex(/^[a-z0-9]{3,32}$/, 'must be 3 to 32 lowercase letters or digits');

/** Normalises a domain name typed by an installer (protocol.md §1: trimmed and lower-cased before it is signed). */
export function normaliseDomain(typed: string): string {
  return typed.trim().toLowerCase();
}

/** E12: serials are compared trimmed and case-insensitively. */
export function serialKey(serial: string): string {
  return serial.trim().toLowerCase();
}

const CROCKFORD = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';

/** Normalises pairing and key codes (D7, K1): case, spaces and dashes of any kind are ignored, O is 0, I and L are 1. */
export function normaliseCode(typed: string): string {
  return typed
    .toUpperCase()
    .replace(/[\s\p{Pd}]/gu, '')
    .replace(/O/g, '0')
    .replace(/[IL]/g, '1');
}

/** `length` symbols of Crockford base 32 from random bytes. 32 divides 256, so the symbols are evenly distributed. */
export function crockfordCode(random: Uint8Array, length: number): string {
  if (random.length < length) throw new RangeError('not enough random bytes');
  return Array.from(random.subarray(0, length), (byte) => CROCKFORD[byte % 32]).join('');
}

/** E11: read out over the telephone, so short and without look-alike symbols. `random` has at least 10 bytes. */
export function correlationIdFrom(random: Uint8Array): string {
  const code = crockfordCode(random, 10);
  return `${code.slice(0, 5)}-${code.slice(5)}`;
}
