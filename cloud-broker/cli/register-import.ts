import { stat } from 'node:fs/promises';
import { RollcallError } from '../../protocol/errors.ts';
import { TableRefusal, type FileProblem } from '../../protocol/table-problems.ts';
import type { ImportSummary, Operator, RegisterLine } from '../operator/operator.ts';
import { readRegisterFile } from '../register/read-file.ts';
import { SameSerial } from '../register/rules/same-serial.ts';
import { EXIT, print, progressBar } from './output.ts';
import { withOperator } from './with-operator.ts';

const LINES_AT_ONCE = 1000;
const MAX_BYTES = 1024 ** 3;
/** The most serials that are compared in memory. */
const MAX_LINES = 1_000_000;

/** Reads the whole file before importing any line. Refuses with `file-refused` or, if there is no such file, `invalid-request`. */
async function survey(file: string): Promise<{ lines: number; same: SameSerial }> {
  const about = await stat(file).catch(() => null);
  if (about === null || !about.isFile()) throw new RollcallError('invalid-request', { file, reason: 'there is no such file' });
  if (about.size > MAX_BYTES) throw refused(file, { kind: 'too-large', most: MAX_BYTES });
  const same = new SameSerial();
  let lines = 0;
  for await (const line of readRegisterFile(file)) {
    lines = line.line;
    if (lines > MAX_LINES) throw refused(file, { kind: 'too-many-lines', most: MAX_LINES });
    if ('values' in line) same.note(line);
  }
  return { lines, same };
}

function refused(file: string, problem: FileProblem): RollcallError {
  return new RollcallError('file-refused', { file, reason: new TableRefusal([problem]).message });
}

/** Imports the lines that `survey` has read. `sum` grows along the way, so that it shows what was done if this fails half way. */
async function importRegister(
  operator: Operator,
  file: string,
  { lines, same }: Awaited<ReturnType<typeof survey>>,
  sum: ImportSummary,
): Promise<void> {
  const bar = progressBar('Importing boards', lines);
  let batch: RegisterLine[] = [];
  const flush = async (): Promise<void> => {
    if (batch.length === 0) return;
    const report = await operator.importLines(batch);
    bar.at(batch.at(-1)?.line ?? 0);
    sum.added += report.added;
    sum.changed += report.changed;
    sum.unchanged += report.unchanged;
    sum.rejected.push(...report.rejected);
    batch = [];
  };
  for await (const line of readRegisterFile(file)) {
    const reason = 'reason' in line ? line.reason : same.reasonOf(line.values);
    if (reason !== null) sum.rejected.push({ line: line.line, reason });
    else if ('values' in line) batch.push(line);
    if (batch.length === LINES_AT_ONCE) await flush();
  }
  await flush();
  bar.at(lines);
  bar.end();
}

function importLines(sum: ImportSummary): string[] {
  return [
    ...sum.rejected.map(({ line, reason }) => `line ${line} rejected: ${reason}`),
    `${sum.added} added, ${sum.changed} changed, ${sum.unchanged} unchanged, ${sum.rejected.length} rejected`,
  ];
}

/** `register import FILE`. */
export async function importFile(file: string, json: boolean): Promise<void> {
  const surveyed = await survey(file);
  const sum: ImportSummary = { added: 0, changed: 0, unchanged: 0, rejected: [] };
  try {
    await withOperator(async (operator) => importRegister(operator, file, surveyed, sum));
  } finally {
    sum.rejected.sort((a, b) => a.line - b.line);
    print(json, sum, () => importLines(sum));
  }
  if (sum.rejected.length > 0) process.exitCode = EXIT.refused;
}
