import type { Device } from '../../../protocol/api.ts';
import { serialKey } from '../../../protocol/text.ts';

/** Serials that are looked up at most. */
export const MAX_PASTED = 5000;

/** Serials of a pasted column or list, each once, in the order they came (E12). */
export function serialsOf(text: string): string[] {
  const serials = new Map<string, string>();
  for (const part of text.split(/[\n\r\t,;]+/)) {
    // Spreadsheets quote what they copy now and then.
    const serial = part
      .trim()
      .replaceAll(/^["']|["']$/g, '')
      .trim()
      .slice(0, 128);
    if (serial !== '' && !serials.has(serialKey(serial))) serials.set(serialKey(serial), serial);
  }
  return [...serials.values()];
}

/** Serials that no device of the list carries. */
export function missingOf(serials: readonly string[], rows: readonly Device[]): string[] {
  const there = new Set(rows.map((row) => serialKey(row.serial)));
  return serials.filter((serial) => !there.has(serialKey(serial)));
}
