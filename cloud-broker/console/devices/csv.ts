import { importRow, MOST_IMPORTED, type ImportRow } from '../../../protocol/api-import.ts';

/** Reading a table of labels and tags, as a spreadsheet or our own export writes it. */

/** Bytes of one request: the service takes 64 KiB. */
const PIECE_BYTES = 48_000;

/** Cells of CSV (RFC 4180) by line; comma, semicolon or tab, whichever the first line has most of. */
export function cellsOf(text: string): { line: number; cells: string[] }[] {
  const body = text.replace(/^\uFEFF/, '');
  const head = body.slice(0, body.search(/[\r\n]|$/));
  const counts = [',', ';', '\t'].map((mark) => ({ mark, count: head.split(mark).length }));
  const { mark = ',' } = counts.toSorted((a, b) => b.count - a.count)[0] ?? {};
  const rows: { line: number; cells: string[] }[] = [];
  let row = { line: 1, cells: [''] };
  let line = 1;
  let quoted = false;
  const end = (): void => {
    if (row.cells.some((cell) => cell !== '')) rows.push(row);
    row = { line: line + 1, cells: [''] };
  };
  for (let at = 0; at < body.length; at += 1) {
    const sign = body[at] ?? '';
    const last = row.cells.length - 1;
    if (quoted && sign === '"' && body[at + 1] === '"') {
      row.cells[last] += '"';
      at += 1;
    } else if (sign === '"' && (quoted || row.cells[last] === '')) quoted = !quoted;
    else if (!quoted && sign === mark) row.cells.push('');
    else if (!quoted && sign === '\n') {
      end();
      line += 1;
    } else if (quoted || sign !== '\r') {
      row.cells[last] += sign;
      if (sign === '\n') line += 1;
    }
  }
  end();
  return rows;
}

/** A6: what was made harmless for spreadsheets is taken back. */
const plain = (cell: string): string => (cell.startsWith("'") ? cell.slice(1) : cell).trim();

/** Tags as our export writes them (JSON), or as people do: between commas or semicolons. Undefined: unchanged. */
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
  /** Lines that cannot be used. */
  unreadable: number[];
  /** Without it nothing can be read. */
  hasSerials: boolean;
}

/** The columns `serial`, `label` and `tags`, wherever they stand; an empty cell leaves things as they are. */
export function readTable(text: string): ReadTable {
  const [head, ...lines] = cellsOf(text);
  const names = head?.cells.map((name) => plain(name).toLowerCase()) ?? [];
  const [serialAt, labelAt, tagsAt] = ['serial', 'label', 'tags'].map((name) => names.indexOf(name));
  const read: ReadTable = { rows: [], unreadable: [], hasSerials: serialAt !== undefined && serialAt !== -1 };
  if (!read.hasSerials) return read;
  for (const { line, cells } of lines) {
    const cell = (at = -1): string => plain(cells[at] ?? '');
    const label = cell(labelAt);
    const tags = tagsOf(cell(tagsAt));
    // Nothing to say of this display.
    if (label === '' && tags === undefined) continue;
    const row = importRow.safeParse({
      line,
      serial: cell(serialAt),
      ...(label === '' ? {} : { label }),
      ...(tags === undefined ? {} : { tags }),
    });
    if (row.success) read.rows.push(row.data);
    else read.unreadable.push(line);
  }
  return read;
}

/** As many as one request takes. */
export function piecesOf(rows: readonly ImportRow[]): ImportRow[][] {
  const pieces: ImportRow[][] = [];
  let bytes = Infinity;
  for (const row of rows) {
    const size = new TextEncoder().encode(JSON.stringify(row)).length + 1;
    if (bytes + size > PIECE_BYTES || (pieces.at(-1)?.length ?? 0) >= MOST_IMPORTED) {
      pieces.push([]);
      bytes = 0;
    }
    pieces.at(-1)?.push(row);
    bytes += size;
  }
  return pieces;
}
