/** S4: turns a backup into a data folder. */
import { closeSync, copyFileSync, existsSync, fsyncSync, openSync, readdirSync, rmSync, statSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { RollcallError } from '../../protocol/errors.ts';
import { KeyFolder } from '../keys/files.ts';
import { lockFolder } from '../store/sqlite/folder-lock.ts';
import { emptyBackup, HEADS_FILE, readBackupFiles, type BackupFiles } from './container.ts';
import { flawOf } from './verify.ts';

const LOCK = 'serve.lock';
/** The lock, and the file SQLite keeps beside it while it is held. */
const LOCK_FILES = [LOCK, `${LOCK}-journal`];
/** Present during a restore: what the restore finds there after a crash is its own. */
const MARK = 'restoring';
const DATABASE = 'rollcall.db';
const PIECES = [DATABASE, `${DATABASE}-journal`, 'keys', HEADS_FILE];

/** Refuses with `restore-unfinished` a folder with an interrupted restore. */
export function demandRestored(folder: string): void {
  if (existsSync(join(folder, MARK))) throw new RollcallError('restore-unfinished', { folder });
}

function flush(path: string): void {
  const descriptor = openSync(path, 'r');
  fsyncSync(descriptor);
  closeSync(descriptor);
}

function writeNew(path: string, content: Uint8Array): void {
  const descriptor = openSync(path, 'wx', 0o600);
  try {
    for (let written = 0; written < content.length;) written += writeSync(descriptor, content, written);
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}

/** Other files in the folder besides its lock; an interrupted restore's own files do not count. */
function othersIn(folder: string): string[] {
  const names = existsSync(folder) ? readdirSync(folder) : [];
  const ours = names.includes(MARK) ? [...LOCK_FILES, MARK, ...PIECES] : LOCK_FILES;
  return names.filter((name) => !ours.includes(name));
}

/** Locks an empty folder. A stranger's folder is not touched, not even by a lock. */
function lockEmpty(folder: string): { release(): void } {
  const isOurs = existsSync(join(folder, LOCK));
  if (!isOurs && othersIn(folder).length > 0) throw new RollcallError('folder-not-empty', { folder });
  const lock = lockFolder(folder);
  if (othersIn(folder).length === 0) return lock;
  lock.release();
  throw new RollcallError('folder-not-empty', { folder });
}

/** Every step is repeatable: until the mark is removed, the folder counts as empty for a restore, and as unfinished for everything else. */
function unpack(file: string, files: BackupFiles, folder: string): void {
  const mark = join(folder, MARK);
  if (!existsSync(mark)) writeNew(mark, new Uint8Array());
  for (const name of PIECES) rmSync(join(folder, name), { recursive: true, force: true });
  flush(folder);
  const keys = new KeyFolder(folder);
  for (const [name, content] of files) {
    if (name.startsWith('keys/')) keys.write(name.slice('keys/'.length), content);
    else writeNew(join(folder, name), content);
  }
  const database = join(folder, DATABASE);
  writeNew(database, new Uint8Array());
  copyFileSync(file, database);
  emptyBackup(database);
  flush(database);
  flush(folder);
  rmSync(mark);
  flush(folder);
}

/**
 * Restores a backup into `folder`, which must be empty or not there. The backup is verified first; nothing is written before.
 * `schemaVersion`: the newest that this service knows. Refuses with `folder-in-use`, `folder-not-empty` or `backup-damaged`.
 */
export async function restore(file: string, folder: string, schemaVersion: number): Promise<{ folder: string; bytes: number }> {
  const damaged = (reason: string): RollcallError => new RollcallError('backup-damaged', { file, reason });
  if (statSync(file, { throwIfNoEntry: false })?.isFile() !== true) throw damaged('there is no such file');
  const flaw = await flawOf(file, schemaVersion);
  if (flaw !== null) throw damaged(flaw);
  const lock = lockEmpty(folder);
  try {
    unpack(file, readBackupFiles(file, schemaVersion), folder);
    return { folder, bytes: statSync(file).size };
  } finally {
    lock.release();
  }
}
