import type { Damage } from './table-problems.ts';

/** One CSV record (RFC 4180), as far as the text goes. */
export type Cells =
  | { cells: string[] }
  /** The text ends within the quoted cell at this index, which starts with `begins`: the next line may belong to it. */
  | { openCell: number; begins: string }
  | { flaw: 'quote-inside' | 'quote-after' };

/**
 * Splits cells at `delimiter`. A cell may be quoted, with spaces around the quotes. A quotation mark anywhere else is a flaw, because a guess that is
 * right today is wrong tomorrow.
 */
export function splitCells(text: string, delimiter: string): Cells {
  if (!text.includes('"')) return { cells: text.split(delimiter) };
  const cells: string[] = [];
  for (let at = 0; at <= text.length;) {
    const opening = /^ *"/.exec(text.slice(at, at + 64))?.[0].length ?? 0;
    const end = opening === 0 ? -1 : closingMark(text, at + opening);
    if (opening > 0 && end === -1) return { openCell: cells.length, begins: text.slice(at + opening) };
    const next = text.indexOf(delimiter, end === -1 ? at : end + 1);
    const stop = next === -1 ? text.length : next;
    const bare = text.slice(end === -1 ? at : end + 1, stop);
    if (end === -1 ? bare.includes('"') : bare.trim() !== '') return { flaw: end === -1 ? 'quote-inside' : 'quote-after' };
    cells.push(end === -1 ? bare : text.slice(at + opening, end).replaceAll('""', '"'));
    at = stop + 1;
  }
  return { cells };
}

/** Index of the quotation mark that closes a cell; a doubled one is part of the text. -1: none. */
function closingMark(text: string, from: number): number {
  for (let at = text.indexOf('"', from); at !== -1; at = text.indexOf('"', at + 2)) if (text[at + 1] !== '"') return at;
  return -1;
}

/** What a spreadsheet did to a cell meant to be a serial; null: no visible damage. */
export function spreadsheetDamage(cell: string): Damage | null {
  const text = cell.trim();
  if (/^[+-]?\d+(?:[.,]\d+\s*E\s*[+-]?|\s*E\s*[+-])\d+$/i.test(text)) return 'rounded';
  if (text.startsWith('=')) return 'formula';
  return /^#(?:N\/A|NV|N\/D|[\p{L}/0]+[!?])$/iu.test(text) ? 'error' : null;
}
