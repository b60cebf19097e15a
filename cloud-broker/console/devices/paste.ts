import type { Device } from '../../../protocol/api.ts';
import { serialKey } from '../../../protocol/text.ts';

/** Maximum number of serials looked up. */
export const MAX_PASTED = 5000;

/** The serials of a pasted column or list, without duplicates, in their order (E12). */
export function serialsOf(text: string): string[] {
  const serials = new Map<string, string>();
  for (const part of text.split(/[\n\r\t,;]+/)) {
    // Spreadsheets sometimes quote what they copy.
    const serial = part
      .trim()
      .replaceAll(/^["']|["']$/g, '')
      .trim()
      .slice(0, 128);
    if (serial !== '' && !serials.has(serialKey(serial))) serials.set(serialKey(serial), serial);
  }
  return [...serials.values()];
}

/** Serials that no device in the list has. */
export function missingOf(serials: readonly string[], rows: readonly Device[]): string[] {
  const there = new Set(rows.map((row) => serialKey(row.serial)));
  return serials.filter((serial) => !there.has(serialKey(serial)));
}
