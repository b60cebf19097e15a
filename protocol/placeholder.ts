import { serialKey } from './text.ts';

/** What boards answer whose maker never set a serial (E6), compared trimmed and without case. */
const PLACEHOLDERS: ReadonlySet<string> = new Set([
  'to be filled by o.e.m.',
  'to be filled by o.e.m',
  'default string',
  'system serial number',
  'base board serial number',
  'chassis serial number',
  'serial number',
  'not specified',
  'not applicable',
  'not available',
  'none',
  'n/a',
  'na',
  'null',
  'unknown',
  'undefined',
  'invalid',
  'empty',
  'oem',
  'o.e.m.',
  'sernum0',
  'test',
  '0123456789',
  '123456789',
  '1234567890',
  '12345678',
  '0123456789abcdef',
  '01234567890123456789',
  'xxxxxxxxxx',
]);

/** True for a serial that many boards share: a known placeholder, blanks, or one character repeated (dashes and dots aside). */
export function isPlaceholderSerial(serial: string): boolean {
  const key = serialKey(serial);
  return PLACEHOLDERS.has(key) || new Set(key.replace(/[\s.:_-]/g, '')).size <= 1;
}
