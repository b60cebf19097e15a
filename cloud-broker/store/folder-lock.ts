import { chmodSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { RollcallError } from '../../protocol/errors.ts';

/**
 * S4: a data folder belongs to one process. Node has no flock, but SQLite's own file lock is one: it is held by an open
 * transaction on a file of its own and dies with the process. Refuses with `folder-in-use`.
 */
export function lockFolder(folder: string): { release(): void } {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  chmodSync(folder, 0o700);
  const db = new DatabaseSync(join(folder, 'serve.lock'));
  try {
    db.exec('PRAGMA journal_mode = DELETE; PRAGMA busy_timeout = 0; BEGIN EXCLUSIVE');
  } catch {
    db.close();
    throw new RollcallError('folder-in-use', { folder });
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
