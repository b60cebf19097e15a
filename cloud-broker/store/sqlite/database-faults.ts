/** Names SQLite's own failures in one place, for the writer, for every reader and for code that opens the file. */
import { errorText } from '../../../protocol/error-text.ts';
import type { ErrorCode } from '../../../protocol/errors.ts';
import { DatabaseFault } from '../database-fault.ts';

/** The low byte of SQLite's result codes; the rest only adds detail. */
const PRIMARY = 0xff;
const CODES: ReadonlyMap<number, ErrorCode> = new Map([
  // SQLITE_BUSY, SQLITE_LOCKED: another program locks the file; a retry is worthwhile.
  [5, 'busy'],
  [6, 'busy'],
  // SQLITE_CORRUPT, SQLITE_NOTADB.
  [11, 'database-damaged'],
  [26, 'database-damaged'],
  // SQLITE_PERM, SQLITE_READONLY, SQLITE_IOERR, SQLITE_FULL, SQLITE_CANTOPEN.
  [3, 'database-unusable'],
  [8, 'database-unusable'],
  [10, 'database-unusable'],
  [13, 'database-unusable'],
  [14, 'database-unusable'],
]);

/** The primary result code of an SQLite error; null for any other error. */
export function sqliteCodeOf(error: unknown): number | null {
  if (!(error instanceof Error) || !('errcode' in error) || typeof error.errcode !== 'number') return null;
  return error.errcode & PRIMARY;
}

/** Converts a failure of the database or its disk to its refusal; other errors, such as a violated schema rule, stay as they are. */
function namedFault(error: unknown, file: string): unknown {
  const code = CODES.get(sqliteCodeOf(error) ?? -1);
  return code === undefined ? error : new DatabaseFault(code, file, errorText(error));
}

/** Runs `work` on the database in `file`; failures are named. */
export function naming<Result>(file: string, work: () => Result): Result {
  try {
    return work();
  } catch (error) {
    throw namedFault(error, file);
  }
}
