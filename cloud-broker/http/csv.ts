/** CSV for people with spreadsheets (A6): what a spreadsheet would run is text, and what was exported reads back unchanged. */
import { stringify } from 'csv-stringify/sync';

type Cell = string | number | null;

/** A cell that begins like a formula, or like one that was made harmless, gets an apostrophe before it. */
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
