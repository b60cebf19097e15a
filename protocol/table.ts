/**
 * Tables as people send them (CSV from any spreadsheet), read in pieces and strictly: the first line is judged as a whole before any other, an
 * unreadable line costs only itself, and nothing in the file is silently skipped.
 */
import { splitCells } from './table-cells.ts';
import { readHead, separatorLine, type Columns, type TableHead } from './table-head.ts';
import { TableRefusal, type LineProblem } from './table-problems.ts';

/** A line by number, counted from 1 as in an editor, with the cells of the accepted columns, or what is wrong with it. */
export type TableRow = { line: number; cells: Record<string, string> } | { line: number; problem: LineProblem };

export const MAX_LINE_CHARACTERS = 65_536;
/** Per record: cells with line ends are keys of a few lines; an unclosed quotation mark must not swallow the file. */
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

  /** Refuses text with NUL: workbooks, and encodings not recognised. */
  push(text: string): Line[] {
    if (text.includes('\0')) throw new TableRefusal([{ kind: 'not-text' }]);
    // A two-character line end may be split across two pieces.
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
  /** Lines of a record whose last cell is not closed yet. */
  private open: Line[] = [];

  constructor(columns: Columns) {
    this.columns = columns;
  }

  /** Columns of the file that are known but ignored. */
  get leftOut(): readonly string[] {
    return this.known?.leftOut ?? [];
  }

  /** The rows completed by this piece. Throws a TableRefusal if the file as a whole cannot be imported. */
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

  /** Turns the open lines into a row, nothing yet, or an unreadable line followed by whatever the others then yield. */
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

  /** The first open line cannot be read; the others are processed again as if newly read. */
  private reject(problem: LineProblem): TableRow[] {
    const [first, ...others] = this.open;
    this.open = [];
    return [...(first === undefined ? [] : [{ line: first.line, problem }]), ...others.flatMap((line) => this.take(line))];
  }
}

function named(head: TableHead, cells: readonly string[]): Record<string, string> {
  return Object.fromEntries(head.names.flatMap((name, index) => (name === null ? [] : [[name, cells[index] ?? '']])));
}
