import { errorText } from '../../../protocol/error-text.ts';
import { chmodSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { RollcallError } from '../../../protocol/errors.ts';
import { sqliteCodeOf } from './database-faults.ts';

const SQLITE_BUSY = 5;
const isHeld = (error: unknown): boolean => sqliteCodeOf(error) === SQLITE_BUSY;

/** What the system says to who works in another user's folder. */
const isAnothers = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && (error.code === 'EPERM' || error.code === 'EACCES');

function unusable(folder: string, error: unknown): RollcallError {
  const code = isAnothers(error) ? 'folder-not-private' : 'folder-unusable';
  return new RollcallError(code, { folder, reason: errorText(error) });
}

function openLock(folder: string): DatabaseSync {
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    chmodSync(folder, 0o700);
    return new DatabaseSync(join(folder, 'serve.lock'));
  } catch (error) {
    throw unusable(folder, error);
  }
}

/**
 * S4: a data folder belongs to one process. Node has no flock, but SQLite's own file lock is one: it is held by an open
 * transaction on a file of its own and dies with the process. Refuses with `folder-in-use`, or with
 * `folder-unusable` where the folder cannot be written, `folder-not-private` where it is another user's.
 */
export function lockFolder(folder: string): { release(): void } {
  const db = openLock(folder);
  try {
    db.exec('PRAGMA journal_mode = DELETE; PRAGMA busy_timeout = 0; BEGIN EXCLUSIVE');
  } catch (error) {
    db.close();
    throw isHeld(error) ? new RollcallError('folder-in-use', { folder }) : unusable(folder, error);
  }
  // Whoever holds the lock may hold it for ever without looking at it again; a connection that nothing refers to is
  // collected as garbage, and its lock with it. The timer refers to it.
  const anchor = setInterval(() => db.isOpen, 2 ** 30).unref();
  return {
    release() {
      clearInterval(anchor);
      db.close();
    },
  };
}
