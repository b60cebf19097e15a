import { isPlaceholderSerial } from '../protocol/placeholder.ts';
import { withoutInvisible } from '../protocol/text.ts';

/** The longest serial or model that the protocol carries (A6). */
const MOST_CHARACTERS = 64;
const ASCII = /^[\x20-\x7e]+$/;

/** Without the NUL that ends device-tree strings, the line end of sysfs files, and blanks around. */
function trimmed(raw: string | null | undefined): string {
  return (raw ?? '').replace(/\0+[\s\S]*$/, '').trim();
}

/**
 * A usable serial, or null: missing, a placeholder, not printable ASCII, or longer than 64 characters. A longer one is
 * refused, not cut: two boards could share what is left of it.
 */
export function cleanSerial(raw: string | null | undefined): string | null {
  const serial = trimmed(raw);
  if (serial.length > MOST_CHARACTERS || !ASCII.test(serial) || isPlaceholderSerial(serial)) return null;
  return serial;
}

/** Printable ASCII for model and firmware, cut at 64 characters; undefined for nothing or a placeholder. */
export function cleanAscii(raw: string | null | undefined): string | undefined {
  const text = trimmed(raw)
    .replace(/[^\x20-\x7e]/g, '')
    .slice(0, MOST_CHARACTERS)
    .trim();
  return text === '' || isPlaceholderSerial(text) ? undefined : text;
}

/** Device text (A6): nothing invisible, cut at `most` characters; undefined when nothing is left. */
export function cleanText(raw: string | null | undefined, most: number): string | undefined {
  const cut = withoutInvisible(trimmed(raw)).slice(0, most);
  // The cut may have halved a surrogate pair.
  const whole = cut.replace(/[\ud800-\udbff]$/, '').trim();
  return whole === '' ? undefined : whole;
}

/** Board UUIDs that many boards share: all zeros or all F, and the one of an unset AMI BIOS. */
const UNSET_UUID = /^(0{8}(-0{4}){3}-0{12}|f{8}(-f{4}){3}-f{12}|03000200-0400-0500-0006-000700080009)$/;
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** A board UUID in lower case, or null when it is missing or one that many boards share. */
export function cleanUuid(raw: string | null | undefined): string | null {
  const uuid = trimmed(raw).toLowerCase();
  return UUID.test(uuid) && !UNSET_UUID.test(uuid) ? uuid : null;
}
