import { createReadStream } from 'node:fs';
import { RollcallError } from '../../protocol/errors.ts';
import { strictDecoder } from '../../protocol/table-bytes.ts';
import { lineProblem, TableRefusal } from '../../protocol/table-problems.ts';
import { LineSplitter, MAX_LINE_CHARACTERS, TableReader, type Line } from '../../protocol/table.ts';
import { REGISTER_COLUMNS } from './rules/entry.ts';

/** One line of a register file: its number, counted from 1 as in an editor, and its values, or why it cannot be read. */
export type FileLine = { line: number; values: unknown } | { line: number; reason: string };

/**
 * Reads a register file line by line, whatever its size: JSON lines if the first character is `{`, otherwise CSV with a header line. An unreadable
 * line is reported with its reason; a file that cannot be read as a whole is refused with `file-refused`.
 */
export async function* readRegisterFile(file: string): AsyncGenerator<FileLine> {
  try {
    let reader: { push(text: string): FileLine[]; end(): FileLine[] } | null = null;
    let begin = '';
    for await (const text of textOf(file)) {
      if (reader !== null) yield* reader.push(text);
      else {
        begin += text;
        reader = readerFor(begin.trimStart().charAt(0));
        if (reader !== null) yield* reader.push(begin);
      }
    }
    if (reader === null) throw new TableRefusal([{ kind: 'empty' }]);
    yield* reader.end();
  } catch (error) {
    if (error instanceof TableRefusal) throw new RollcallError('file-refused', { file, reason: error.message });
    throw error;
  }
}

function readerFor(firstCharacter: string): JsonLines | CsvLines | null {
  if (firstCharacter === '[') throw new TableRefusal([{ kind: 'json-array' }]);
  if (firstCharacter === '') return null;
  return firstCharacter === '{' ? new JsonLines() : new CsvLines();
}

/** Decodes strictly: an invoice is identified by its text, so guessing the encoding could split one into two. */
async function* textOf(file: string): AsyncGenerator<string> {
  let decoder: TextDecoder | null = null;
  const decoded = (bytes?: Buffer): string => {
    try {
      decoder ??= strictDecoder(bytes ?? Buffer.alloc(0));
      return decoder.decode(bytes, { stream: bytes !== undefined });
    } catch {
      throw new TableRefusal([{ kind: 'encoding' }]);
    }
  };
  for await (const chunk of createReadStream(file)) yield decoded(chunk as Buffer);
  yield decoded();
}

class CsvLines {
  private readonly reader = new TableReader(REGISTER_COLUMNS);

  push(text: string): FileLine[] {
    return this.reader.push(text).map(told);
  }

  end(): FileLine[] {
    return this.reader.end().map(told);
  }
}

function told(row: ReturnType<TableReader['push']>[number]): FileLine {
  if ('problem' in row) return { line: row.line, reason: lineProblem(row.problem, 'en') };
  const values = Object.entries(row.cells).map(([name, cell]) => [name, cell.trim()] as const);
  return { line: row.line, values: Object.fromEntries(values) };
}

class JsonLines {
  private readonly splitter = new LineSplitter();
  private begun = false;

  push(text: string): FileLine[] {
    return this.splitter.push(text).flatMap((line) => this.read(line));
  }

  end(): FileLine[] {
    return this.splitter.end().flatMap((line) => this.read(line));
  }

  private read({ line, text }: Line): FileLine[] {
    const json = text.trim();
    if (json === '') return [];
    if (!this.begun && json === '{') throw new TableRefusal([{ kind: 'json-over-lines' }]);
    this.begun = true;
    if (text.length > MAX_LINE_CHARACTERS)
      return [{ line, reason: lineProblem({ kind: 'too-long', most: MAX_LINE_CHARACTERS }, 'en') }];
    return [{ line, ...parsed(json) }];
  }
}

function parsed(json: string): { values: unknown } | { reason: string } {
  try {
    const values: unknown = JSON.parse(json);
    return namesIn(json) > namesOf(values) ? { reason: 'line: a name appears twice in one object' } : { values };
  } catch {
    return { reason: 'line: is not a JSON object' };
  }
}

const namesOf = (value: unknown): number => {
  if (typeof value !== 'object' || value === null) return 0;
  const own = Array.isArray(value) ? 0 : Object.keys(value).length;
  return Object.values(value).reduce((sum: number, inner) => sum + namesOf(inner), own);
};

/** Names as written: for a repeated name, JSON.parse silently keeps the last value. */
const namesIn = (json: string): number => [...json.matchAll(/"(?:[^"\\]|\\.)*"(\s*:)?/g)].filter(([, colon]) => colon).length;
