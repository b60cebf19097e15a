import { differingSerials, importRow, LABEL_COLUMNS, MAX_IMPORTED, type ImportRow } from '../../../protocol/api-import.ts';
import { decodeTable } from '../../../protocol/table-bytes.ts';
import { spreadsheetDamage } from '../../../protocol/table-cells.ts';
import { TableRefusal, type LineProblem } from '../../../protocol/table-problems.ts';
import { TableReader } from '../../../protocol/table.ts';
import { serialKey } from '../../../protocol/text.ts';

/** Reads a table of labels and tags, from a spreadsheet or from the product's own export. */

/** Bytes of one request; the service accepts 64 KiB. */
const PIECE_BYTES = 48_000;
const LINES_NAMED = 10;

/** A6: undoes the quoting that protects spreadsheets. */
const plain = (cell: string): string => (cell.startsWith("'") ? cell.slice(1) : cell).trim();

/** Tags as the export writes them (JSON), or as people do, separated by commas or semicolons. Undefined: unchanged. */
function tagsOf(cell: string): unknown {
  if (cell === '') return undefined;
  if (!cell.startsWith('['))
    return cell
      .split(/[,;]/)
      .map((tag) => tag.trim())
      .filter((tag) => tag !== '');
  try {
    return JSON.parse(cell) as unknown;
  } catch {
    return null;
  }
}

export interface ReadTable {
  rows: ImportRow[];
  /** Unusable lines and the reason for each. */
  problems: { line: number; problem: LineProblem }[];
  /** Columns of the export that are facts and cannot be changed. */
  leftOut: readonly string[];
  /** The text is neither UTF-8 nor marked with its encoding, so it was read as Windows-1252. */
  isGuess: boolean;
}

/** Reads the columns `serial`, `label` and `tags` in any position; an empty cell changes nothing. Throws a TableRefusal. */
export function readTable(bytes: Uint8Array): ReadTable {
  const decoded = decodeTable(bytes);
  if (decoded === undefined) throw new TableRefusal([{ kind: 'encoding' }]);
  const { text, isGuess } = decoded;
  if (/^\s*[[{]/.test(text)) throw new TableRefusal([{ kind: 'json' }]);
  const reader = new TableReader(LABEL_COLUMNS);
  const rows: ImportRow[] = [];
  const problems: ReadTable['problems'] = [];
  for (const row of [...reader.push(text), ...reader.end()]) {
    const read = 'problem' in row ? row.problem : rowOf(row.line, row.cells);
    if (read === null) continue;
    if ('kind' in read) problems.push({ line: row.line, problem: read });
    else rows.push(read);
  }
  const differing = differingSerials(rows);
  const linesOf = ({ serial }: ImportRow): readonly number[] | undefined => differing.get(serialKey(serial));
  for (const row of rows) {
    const lines = linesOf(row);
    if (lines !== undefined)
      problems.push({ line: row.line, problem: { kind: 'same-serial', lines: lines.slice(0, LINES_NAMED) } });
  }
  return {
    rows: rows.filter((row) => linesOf(row) === undefined),
    problems: problems.toSorted((a, b) => a.line - b.line),
    leftOut: reader.leftOut,
    isGuess,
  };
}

/** The change that a line asks for; null: none, as it has neither label nor tags. */
function rowOf(line: number, cells: Readonly<Record<string, string>>): ImportRow | LineProblem | null {
  const { serial = '', label = '', tags = '' } = cells;
  const wanted = { label: plain(label) === '' ? undefined : plain(label), tags: tagsOf(plain(tags)) };
  if (wanted.label === undefined && wanted.tags === undefined) return null;
  const damage = spreadsheetDamage(serial);
  if (damage !== null) return { kind: 'damaged', column: 'serial', damage };
  const row = importRow.safeParse({ line, serial: plain(serial), ...wanted });
  if (row.success) return row.data;
  return { kind: 'value', column: String(row.error.issues[0]?.path[0] ?? 'serial') };
}

/** Each piece fits into one request. */
export function piecesOf(rows: readonly ImportRow[]): ImportRow[][] {
  const pieces: ImportRow[][] = [];
  let bytes = Infinity;
  for (const row of rows) {
    const size = new TextEncoder().encode(JSON.stringify(row)).length + 1;
    if (bytes + size > PIECE_BYTES || (pieces.at(-1)?.length ?? 0) >= MAX_IMPORTED) {
      pieces.push([]);
      bytes = 0;
    }
    pieces.at(-1)?.push(row);
    bytes += size;
  }
  return pieces;
}
