/**
 * Tables as people send them (CSV of any spreadsheet), read piece by piece and strictly: the first line is judged whole before any
 * other, a line that cannot be read costs that line alone, and nothing that is written is passed over in silence.
 */
import { splitCells } from './table-cells.ts';
import { readHead, separatorLine, type Columns, type TableHead } from './table-head.ts';
import { TableRefusal, type LineProblem } from './table-problems.ts';

/** A line by its number, counted from 1 as an editor does, with the cells of the columns that are taken, or what is wrong with it. */
export type TableRow = { line: number; cells: Record<string, string> } | { line: number; problem: LineProblem };

export const MAX_LINE_CHARACTERS = 65_536;
/** Of one record: cells with line ends are keys of a few lines; an open quotation mark must not swallow the file. */
const MAX_RECORD_LINES = 16;

export interface Line {
  line: number;
  text: string;
  end: string;
}

/** Cuts text that comes in pieces into lines; of one that is longer than `MAX_LINE_CHARACTERS` only as much is kept as shows that it is. */
export class LineSplitter {
  private rest = '';
  private lines = 0;

  /** Refuses what holds NUL: workbooks, and encodings that were not recognised. */
  push(text: string): Line[] {
    if (text.includes('\0')) throw new TableRefusal([{ kind: 'not-text' }]);
    // A line end of two characters may come in two pieces.
    const found = this.cut(this.rest + text, /\r\n|\n|\r(?!$)/g);
    if (this.rest.length > MAX_LINE_CHARACTERS + 1)
      this.rest = this.rest.slice(0, MAX_LINE_CHARACTERS + 1) + (this.rest.endsWith('\r') ? '\r' : '');
    return found;
  }

  end(): Line[] {
    const found = this.cut(this.rest, /\r/g);
    return this.rest === '' ? found : [...found, { line: this.lines + 1, text: this.rest, end: '' }];
  }

  private cut(text: string, ends: RegExp): Line[] {
    const found: Line[] = [];
    let from = 0;
    for (const { index, 0: end } of text.matchAll(ends)) {
      this.lines += 1;
      found.push({ line: this.lines, text: text.slice(from, index), end });
      from = index + end.length;
    }
    this.rest = text.slice(from);
    return found;
  }
}

const isBlank = (cells: readonly string[]): boolean => cells.every((cell) => cell.trim() === '');

export class TableReader {
  private readonly columns: Columns;
  private readonly splitter = new LineSplitter();
  private delimiter: string | null = null;
  private known: TableHead | null = null;
  /** Lines of a record whose last cell is still open. */
  private open: Line[] = [];

  constructor(columns: Columns) {
    this.columns = columns;
  }

  /** Columns of the file that are known and not taken. */
  get leftOut(): readonly string[] {
    return this.known?.leftOut ?? [];
  }

  /** The rows that end in this piece. Throws a TableRefusal where the file as a whole cannot be taken. */
  push(text: string): TableRow[] {
    return this.splitter.push(text).flatMap((line) => this.take(line));
  }

  end(): TableRow[] {
    const rows = this.splitter.end().flatMap((line) => this.take(line));
    while (this.open.length > 0) rows.push(...this.reject({ kind: 'quote-open' }));
    if (this.known === null) throw new TableRefusal([{ kind: 'empty' }]);
    return rows;
  }

  private take(line: Line): TableRow[] {
    if (this.known === null) this.takeHead(line);
    else {
      this.open.push(line);
      return this.settle(this.known);
    }
    return [];
  }

  private takeHead({ text, line }: Line): void {
    if (text.trim() === '') return;
    if (text.length > MAX_LINE_CHARACTERS) throw new TableRefusal([{ kind: 'header-unreadable' }]);
    if (line === 1) this.delimiter = separatorLine(text);
    if (line > 1 || this.delimiter === null) this.known = readHead(text, this.columns, this.delimiter);
  }

  /** What the lines that are open make: a row, nothing yet, or a line that cannot be read and whatever the others make then. */
  private settle(head: TableHead): TableRow[] {
    const [first] = this.open;
    if (first === undefined) return [];
    const isOne = this.open.length === 1;
    if (this.open.some(({ text }) => text.length > MAX_LINE_CHARACTERS))
      return this.reject(isOne ? { kind: 'too-long', most: MAX_LINE_CHARACTERS } : { kind: 'quote-open' });
    const text = this.open.map((line, index) => line.text + (index === this.open.length - 1 ? '' : line.end)).join('');
    const read = splitCells(text, head.delimiter);
    if ('flaw' in read) return this.reject({ kind: isOne ? read.flaw : 'quote-open' });
    if ('openCell' in read) {
      const mayGoOn = this.open.length < MAX_RECORD_LINES && this.mayHoldLineEnds(head.names[read.openCell], read.begins);
      return mayGoOn ? [] : this.reject({ kind: 'quote-open' });
    }
    const { cells } = read;
    const expected = head.names.length;
    if (isBlank(cells)) return this.finish([]);
    if (cells.length < expected || !isBlank(cells.slice(expected)))
      return this.reject(isOne ? { kind: 'cells', found: cells.length, expected } : { kind: 'quote-open' });
    return this.finish([{ line: first.line, cells: named(head, cells) }]);
  }

  private finish(rows: TableRow[]): TableRow[] {
    this.open = [];
    return rows;
  }

  private mayHoldLineEnds(column: string | null | undefined, begins: string): boolean {
    return column !== undefined && column !== null && this.columns.multiline?.[column]?.test(begins) === true;
  }

  /** The first of the open lines cannot be read; the others are looked at again, as if they had just come. */
  private reject(problem: LineProblem): TableRow[] {
    const [first, ...others] = this.open;
    this.open = [];
    return [...(first === undefined ? [] : [{ line: first.line, problem }]), ...others.flatMap((line) => this.take(line))];
  }
}

function named(head: TableHead, cells: readonly string[]): Record<string, string> {
  return Object.fromEntries(head.names.flatMap((name, index) => (name === null ? [] : [[name, cells[index] ?? '']])));
}
