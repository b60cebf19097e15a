/** CSV for spreadsheet users (A6): anything a spreadsheet would run becomes text, and an export reads back unchanged. */
import { stringify } from 'csv-stringify/sync';

type Cell = string | number | null;

/** A cell that begins like a formula, or like one already made harmless, is prefixed with an apostrophe. */
function harmless(cell: Cell): Cell {
  return typeof cell === 'string' && /^[=+\-@\t\r']/.test(cell) ? `'${cell}` : cell;
}

/** Lines of CSV (RFC 4180, CRLF). */
export function csvLines(rows: readonly (readonly Cell[])[]): string {
  return stringify(
    rows.map((row) => row.map(harmless)),
    { record_delimiter: 'windows', quoted_match: /[\r\n]/ },
  );
}
