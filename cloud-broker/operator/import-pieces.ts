import { SameSerial } from '../register/rules/same-serial.ts';
import { MAX_LINES, type ImportSummary, type RegisterLine } from './operator.ts';

const MAX_CHUNK_BYTES = 1_000_000;

/** Imports any number of lines of one file in batches that fit one operation and one request, and adds up the reports. */
export async function importInPieces(
  lines: readonly RegisterLine[],
  importPiece: (piece: RegisterLine[]) => Promise<ImportSummary>,
): Promise<ImportSummary> {
  const sum: ImportSummary = { added: 0, changed: 0, unchanged: 0, rejected: [] };
  const same = new SameSerial();
  for (const line of lines) same.note(line);
  let piece: RegisterLine[] = [];
  let bytes = 0;
  const flush = async (): Promise<void> => {
    if (piece.length === 0) return;
    const report = await importPiece(piece);
    sum.added += report.added;
    sum.changed += report.changed;
    sum.unchanged += report.unchanged;
    sum.rejected.push(...report.rejected);
    piece = [];
    bytes = 0;
  };
  for (const line of lines) {
    const reason = same.reasonOf(line.values);
    if (reason !== null) {
      sum.rejected.push({ line: line.line, reason });
      continue;
    }
    const size = Buffer.byteLength(JSON.stringify(line));
    if (piece.length === MAX_LINES || bytes + size > MAX_CHUNK_BYTES) await flush();
    piece.push(line);
    bytes += size;
  }
  await flush();
  return { ...sum, rejected: sum.rejected.toSorted((a, b) => a.line - b.line) };
}
