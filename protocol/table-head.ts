/** The first line of a table: its delimiter and its columns. It is judged as a whole before any other line. */
import { splitCells } from './table-cells.ts';
import { TableRefusal, type FileProblem } from './table-problems.ts';

/** Columns that an import accepts. Case and spaces around a name are ignored; any other column is refused. */
export interface Columns {
  required: readonly string[];
  optional: readonly string[];
  /** Known but ignored: facts that the product's own export writes beside editable values. */
  leftOut?: readonly string[];
  /** Columns whose cells may contain line ends, with the start of such a cell: an unclosed quotation mark elsewhere must not swallow lines. */
  multiline?: Readonly<Record<string, RegExp>>;
}

export interface TableHead {
  delimiter: string;
  /** The column of each cell, by its name in `Columns`; null: ignored. */
  names: readonly (string | null)[];
  leftOut: readonly string[];
}

const DELIMITERS = [',', ';', '\t'];

const comparable = (name: string): string => name.trim().toLowerCase();

/** The column that a name refers to; undefined: none. */
export function columnNamed(name: string, columns: readonly string[]): string | undefined {
  const wanted = comparable(name);
  return columns.find((column) => column.toLowerCase() === wanted);
}

const lettersOf = (name: string): string => name.toLowerCase().replace(/[^a-z0-9]/g, '');

/** The known name that was probably meant: same letters, one contained in the other, or up to two letters apart. */
export function nearestName(name: string, columns: readonly string[]): string | null {
  const letters = lettersOf(name).slice(0, 40);
  if (letters === '') return null;
  const distances = columns.map((column) => {
    const known = lettersOf(column);
    const within = Math.min(known.length, letters.length) > 3 && (known.includes(letters) || letters.includes(known));
    return { column, distance: known === letters ? 0 : within ? 1 : lettersApart(letters, known) };
  });
  const [best] = distances.toSorted((a, b) => a.distance - b.distance);
  return best !== undefined && best.distance <= 2 ? best.column : null;
}

/** Letters to add, remove or change to turn one text into the other (Levenshtein). */
function lettersApart(one: string, other: string): number {
  let row = Array.from({ length: other.length + 1 }, (_, index) => index);
  for (const [index, letter] of one.split('').entries()) {
    const next = [index + 1];
    for (const [at, wanted] of other.split('').entries())
      next.push(Math.min((row[at + 1] ?? 0) + 1, (next[at] ?? 0) + 1, (row[at] ?? 0) + (letter === wanted ? 0 : 1)));
    row = next;
  }
  return row.at(-1) ?? 0;
}

/** The delimiter named by a spreadsheet's own first line `sep=…`; null: not such a line. Refuses an unsupported delimiter. */
export function separatorLine(line: string): string | null {
  const [, rest] = /^"?sep=(.*)$/is.exec(line) ?? [];
  if (rest === undefined) return null;
  const delimiter = rest === '' ? '' : rest.charAt(0) + rest.slice(1).replace(/"\s*$/, '').trim();
  if (DELIMITERS.includes(delimiter)) return delimiter;
  throw new TableRefusal([{ kind: 'delimiter', delimiter }]);
}

function namesOf(line: string, delimiter: string): string[] | null {
  const read = splitCells(line, delimiter);
  return 'cells' in read ? read.cells : null;
}

/** The delimiter that yields the most known names, then the most cells. Refuses the file if an unsupported delimiter yields more names. */
function delimiterOf(line: string, known: readonly string[]): string {
  const score = (delimiter: string): { delimiter: string; found: number; cells: number } => {
    const names = namesOf(line, delimiter) ?? [];
    return {
      delimiter,
      found: names.filter((name) => columnNamed(name, known) !== undefined).length,
      cells: names.length,
    };
  };
  const byScore = (delimiters: readonly string[]) =>
    delimiters.map(score).toSorted((a, b) => b.found - a.found || b.cells - a.cells)[0];
  const best = byScore(DELIMITERS);
  const others = new Set(line.match(/[^\p{L}\p{N}"]/gu)?.slice(0, 1000));
  const foreign = byScore([...others].filter((sign) => !DELIMITERS.includes(sign)).slice(0, 20));
  if (foreign !== undefined && foreign.found > 1 && foreign.found > (best?.found ?? 0))
    throw new TableRefusal([{ kind: 'delimiter', delimiter: foreign.delimiter }]);
  return best?.delimiter ?? ',';
}

/** Reads the line of column names. Refuses the file, reporting everything wrong with them at once. */
export function readHead(line: string, columns: Columns, given: string | null): TableHead {
  const taken = [...columns.required, ...columns.optional];
  const known = [...taken, ...(columns.leftOut ?? [])];
  const delimiter = given ?? delimiterOf(line, known);
  const cells = namesOf(line, delimiter);
  if (cells === null) throw new TableRefusal([{ kind: 'header-unreadable' }]);
  // Spreadsheets add empty cells to every line if a cell far to the right was ever touched.
  while (cells.at(-1)?.trim() === '') cells.pop();
  const problems: FileProblem[] = [];
  const seen = new Set<string>();
  const leftOut: string[] = [];
  const names = cells.map((cell, index) => {
    const column = columnNamed(cell, known);
    if (cell.trim() === '') problems.push({ kind: 'unnamed', column: index + 1 });
    else if (column === undefined) problems.push({ kind: 'unknown', column: cell.trim(), nearest: nearestName(cell, taken) });
    else if (seen.has(column)) problems.push({ kind: 'twice', column });
    if (column === undefined) return null;
    seen.add(column);
    if (taken.includes(column)) return column;
    leftOut.push(column);
    return null;
  });
  for (const column of columns.required) if (!seen.has(column)) problems.push({ kind: 'missing', column });
  if (problems.length > 0) throw new TableRefusal(problems);
  return { delimiter, names, leftOut };
}
