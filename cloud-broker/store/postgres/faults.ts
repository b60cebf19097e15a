/** Names the failures of PostgreSQL, its disk and the way to it, in one place. */
import { errorText } from '../../../protocol/error-text.ts';
import { RollcallError, type ErrorCode } from '../../../protocol/errors.ts';
import { DatabaseFault } from '../database-fault.ts';

/** Classes and codes of SQLSTATE. Violated guards (class 23) are none of these: they stay as they are. */
const CODES: readonly (readonly [RegExp, ErrorCode])[] = [
  // Serialization failure, deadlock, lock not available: a retry is worthwhile.
  [/^(?:40001|40P01|55P03)$/, 'busy'],
  [/^XX00[12]$/, 'database-damaged'],
  // Connection, sign-in, no such database or schema, no permission, read-only, no resources, shut down, disk.
  [/^(?:08|25006|25P03|28|3D|3F|42501|53|57|58)/, 'database-unusable'],
];

/** PostgreSQL ends the session together with these, or has no session to offer. */
const ENDS_SESSION = /^(?:08|25P03|57P0[1-5])/;

/** The SQLSTATE of an error that PostgreSQL sent; null for any other. */
function sqlStateOf(error: unknown): string | null {
  if (!(error instanceof Error) || !('severity' in error) || !('code' in error)) return null;
  return typeof error.code === 'string' ? error.code : null;
}

/** The transaction failed earlier: the statement itself did nothing wrong. */
export const isAfterFailure = (error: unknown): boolean => sqlStateOf(error) === '25P02';

class PostgresFault extends DatabaseFault {
  /** The session is gone, and what was under way in it may or may not have happened. */
  readonly isLost: boolean;

  constructor(code: ErrorCode, place: string, reason: string, isLost: boolean) {
    super(code, place, reason);
    this.isLost = isLost;
  }
}

export const isLost = (error: unknown): boolean => error instanceof PostgresFault && error.isLost;

/** Whether the same transaction may succeed if it runs again. */
export const isWorthRepeating = (error: unknown): boolean =>
  error instanceof PostgresFault && (error.isLost || error.code === 'busy');

/** `place`: where the database is, without secrets. Errors of the statement itself stay as they are. */
function namedFault(error: unknown, place: string): unknown {
  if (error instanceof RollcallError || error instanceof TypeError || error instanceof RangeError) return error;
  const state = sqlStateOf(error);
  // Not sent by PostgreSQL, so it is about the way to it: refused, reset, timed out, ended.
  if (state === null) return new PostgresFault('database-unusable', place, errorText(error), true);
  const code = CODES.find(([states]) => states.test(state))?.[1];
  return code === undefined ? error : new PostgresFault(code, place, errorText(error), ENDS_SESSION.test(state));
}

/** Awaits what PostgreSQL answers; failures are named. */
export async function naming<Result>(place: string, result: Promise<Result>): Promise<Result> {
  try {
    return await result;
  } catch (error) {
    throw namedFault(error, place);
  }
}
