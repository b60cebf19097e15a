import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { parse } from 'csv-parse';

/** One line of a register file: its number, counted from 1 as an editor does, and its values. */
export interface RegisterLine {
  line: number;
  values: unknown;
}

/**
 * Reads a register file line by line, whatever its size: JSON lines where the first character is `{`, else CSV with a
 * header line. A JSON line that cannot be read has the text as its value, so that it gets its own verdict.
 */
export async function* readRegisterFile(file: string): AsyncGenerator<RegisterLine> {
  if ((await firstCharacter(file)) === '{') yield* jsonLines(file);
  else yield* csvLines(file);
}

async function firstCharacter(file: string): Promise<string> {
  for await (const chunk of createReadStream(file, { encoding: 'utf8', start: 0, end: 63 }))
    return (chunk as string)
      .replace(/^\uFEFF/, '')
      .trimStart()
      .charAt(0);
  return '';
}

async function* jsonLines(file: string): AsyncGenerator<RegisterLine> {
  let line = 0;
  for await (const text of createInterface({ input: createReadStream(file, 'utf8'), crlfDelay: Infinity })) {
    line += 1;
    if (text.trim() !== '') yield { line, values: parsed(text) };
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text.slice(0, 100);
  }
}

async function* csvLines(file: string): AsyncGenerator<RegisterLine> {
  const options = {
    bom: true,
    columns: true,
    info: true,
    skip_empty_lines: true,
    relax_column_count: true,
    trim: true,
    max_record_size: 65_536,
  } as const;
  for await (const entry of createReadStream(file).pipe(parse(options))) {
    const { record, info } = entry as { record: Record<string, string>; info: { lines: number } };
    yield { line: info.lines, values: record };
  }
}
