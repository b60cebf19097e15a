import { errorText } from '../../../protocol/error-text.ts';
import { chmodSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { RollcallError } from '../../../protocol/errors.ts';
import { sqliteCodeOf } from './database-faults.ts';

const SQLITE_BUSY = 5;
const isHeld = (error: unknown): boolean => sqliteCodeOf(error) === SQLITE_BUSY;

/** The system's error in another user's folder. */
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
 * S4: a data folder belongs to one process. Node has no flock, but SQLite's own file lock serves as one: an open transaction on a separate file holds
 * it, and it dies with the process. Refuses with `folder-in-use`, with `folder-unusable` if the folder cannot be written, or with
 * `folder-not-private` if it is another user's.
 */
export function lockFolder(folder: string): { release(): void } {
  const db = openLock(folder);
  try {
    db.exec('PRAGMA journal_mode = DELETE; PRAGMA busy_timeout = 0; BEGIN EXCLUSIVE');
  } catch (error) {
    db.close();
    throw isHeld(error) ? new RollcallError('folder-in-use', { folder }) : unusable(folder, error);
  }
  // The lock's holder may keep it for ever without touching it again; an unreferenced connection is garbage collected, and its lock with it. The
  // timer keeps a reference.
  const anchor = setInterval(() => db.isOpen, 2 ** 30).unref();
  return {
    release() {
      clearInterval(anchor);
      db.close();
    },
  };
}
