import { isPlaceholderSerial, isUnsetText } from '../protocol/placeholder.ts';
import { withoutInvisible } from '../protocol/text.ts';

/** The longest serial or model the protocol can carry (A6). */
const MAX_CHARACTERS = 64;
const ASCII = /^[\x20-\x7e]+$/;

/** Removes the NUL that ends device-tree strings, the line end of sysfs files, and surrounding whitespace. */
function trimmed(raw: string | null | undefined): string {
  return (raw ?? '').replace(/\0+[\s\S]*$/, '').trim();
}

/**
 * A usable serial, or null if it is missing, a placeholder, not printable ASCII, or longer than 64 characters. A longer one is refused rather than
 * cut: two boards could share the rest.
 */
export function cleanSerial(raw: string | null | undefined): string | null {
  const serial = trimmed(raw);
  if (serial.length > MAX_CHARACTERS || !ASCII.test(serial) || isPlaceholderSerial(serial)) return null;
  return serial;
}

/** Printable ASCII for model and firmware, cut at 64 characters; undefined if empty, or if the maker set nothing. */
export function cleanAscii(raw: string | null | undefined): string | undefined {
  const text = trimmed(raw)
    .replace(/[^\x20-\x7e]/g, '')
    .slice(0, MAX_CHARACTERS)
    .trim();
  return isUnsetText(text) ? undefined : text;
}

/** Device text (A6): nothing invisible, cut at `most` characters; undefined if nothing is left. */
export function cleanText(raw: string | null | undefined, most: number): string | undefined {
  const cut = withoutInvisible(trimmed(raw)).slice(0, most);
  // The cut may have split a surrogate pair.
  const whole = cut.replace(/[\ud800-\udbff]$/, '').trim();
  return whole === '' ? undefined : whole;
}

/** Board UUIDs known to occur on many boards. */
const SHARED_UUIDS: ReadonlySet<string> = new Set([
  '00000000-0000-0000-0000-000000000000',
  'ffffffff-ffff-ffff-ffff-ffffffffffff',
  '01010101-0101-0101-0101-010101010101',
  'fefefefe-fefe-fefe-fefe-fefefefefefe',
  '03000200-0400-0500-0006-000700080009', // an unset AMI BIOS, and the same with its first bytes in reverse order
  '00020003-0004-0005-0006-000700080009',
  '00010203-0405-0607-0809-0a0b0c0d0e0f',
  '03020100-0504-0706-0809-0a0b0c0d0e0f',
  '12345678-1234-5678-90ab-cddeefaabbcc',
  '12345678-1234-1234-1234-123456789abc',
  '01234567-8910-1112-1314-151617181920',
  '11111111-2222-3333-4444-555555555555',
  '4c4c4544-0000-2010-8020-80c04f202020', // Dell without a service tag
  '6ab5b300-538d-1014-9fb5-b0684d007b53',
  'deadbeef-dead-beef-dead-beefdeadbeef',
]);

/** True for a board UUID that many boards share. */
export const isSharedUuid = (uuid: string): boolean => SHARED_UUIDS.has(uuid.toLowerCase());

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** A board UUID in lower case, or null if it is missing or shared by many boards. */
export function cleanUuid(raw: string | null | undefined): string | null {
  const uuid = trimmed(raw).toLowerCase();
  return UUID.test(uuid) && !isSharedUuid(uuid) ? uuid : null;
}
