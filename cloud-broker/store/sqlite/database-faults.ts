/** What SQLite's own failures are called: one place, for the writer, for every reader and for whoever opens the file. */
import { errorText } from '../../../protocol/error-text.ts';
import { RollcallError, type ErrorCode } from '../../../protocol/errors.ts';

/** The low byte of SQLite's result codes; the rest says more of the same. */
const PRIMARY = 0xff;
const CODES: ReadonlyMap<number, ErrorCode> = new Map([
  // SQLITE_BUSY, SQLITE_LOCKED: somebody outside holds the file; it is worth another try.
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

/** The primary result code of a failure of SQLite's; null of anything else. */
export function sqliteCodeOf(error: unknown): number | null {
  if (!(error instanceof Error) || !('errcode' in error) || typeof error.errcode !== 'number') return null;
  return error.errcode & PRIMARY;
}

/** The database, its disk, or somebody outside who holds it, failed an operation that did nothing wrong. */
export class DatabaseFault extends RollcallError {
  readonly reason: string;

  constructor(code: ErrorCode, file: string, reason: string) {
    // Strangers are told that the service is busy, never where its files are.
    super(code, code === 'busy' ? { reason } : { file, reason });
    this.reason = reason;
  }
}

/** The refusal that a failure of the database or its disk is, or the error as it came: a broken rule of the schema stays what it is. */
function namedFault(error: unknown, file: string): unknown {
  const code = CODES.get(sqliteCodeOf(error) ?? -1);
  return code === undefined ? error : new DatabaseFault(code, file, errorText(error));
}

/** Runs `work` on the database in `file`; what fails is named. */
export function naming<Result>(file: string, work: () => Result): Result {
  try {
    return work();
  } catch (error) {
    throw namedFault(error, file);
  }
}
