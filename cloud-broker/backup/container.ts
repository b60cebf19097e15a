/**
 * A backup is one SQLite file: the service's database at one moment and, in a table of its own, the accompanying files: the keys and the signed heads
 * of the books. So any SQLite can read it, and SQLite's own check finds damage.
 */
import { DatabaseSync } from 'node:sqlite';

/** "RCBK" in the file's header distinguishes a backup from a database in use. */
const APPLICATION_ID = 0x52_43_42_4b;
export const HEADS_FILE = 'ledger-heads.jsonl';
/** Names allowed in a backup; none can lead outside the data folder. */
const NAME = /^(?:keys\/[a-z0-9][a-z0-9-]*(?:\.[a-z0-9]+)+|ledger-heads\.jsonl)$/;
const MAX_FILES = 64;
/** Without these, a restored service would not be the same one. */
const NEEDED = ['keys/master.key', 'keys/ledger.key', 'keys/ca.key', 'keys/ca.crt'];

/** Whether a file of the data folder belongs in a backup. */
export function belongs(name: string): boolean {
  return NAME.test(name);
}

export type BackupFiles = Map<string, Uint8Array>;

/** Adds the accompanying files to `file`, a fresh copy of the database. */
export function fillBackup(file: string, files: BackupFiles, now: number): void {
  const db = new DatabaseSync(file);
  try {
    db.exec(`PRAGMA journal_mode = MEMORY; PRAGMA synchronous = FULL; PRAGMA application_id = ${APPLICATION_ID}; BEGIN;
      CREATE TABLE backup_note (made_at INTEGER NOT NULL, note TEXT NOT NULL) STRICT;
      CREATE TABLE backup_files (name TEXT PRIMARY KEY, content BLOB NOT NULL) STRICT`);
    db.prepare('INSERT INTO backup_note VALUES (?, ?)').run(now, 'This backup holds all keys of the service. Keep it secret.');
    const insert = db.prepare('INSERT INTO backup_files VALUES (?, ?)');
    for (const [name, content] of files) insert.run(name, content);
    db.exec('COMMIT');
  } finally {
    db.close();
  }
}

/**
 * The files of a backup. Throws, in words, where the file is none, has a newer schema than `schemaVersion`, or has a file that does not belong
 * there.
 */
export function readBackupFiles(file: string, schemaVersion: number): BackupFiles {
  const db = new DatabaseSync(file, { readOnly: true });
  try {
    const of = (pragma: string): number => Number(db.prepare(`PRAGMA ${pragma}`).get()?.[pragma]);
    if (of('application_id') !== APPLICATION_ID) throw new Error('it is a database, but no backup');
    if (of('user_version') > schemaVersion) throw new Error('it was made by a newer version');
    const rows = db.prepare('SELECT name, content FROM backup_files ORDER BY name LIMIT ?').all(MAX_FILES + 1);
    if (rows.length > MAX_FILES) throw new Error('it has too many files');
    const files: BackupFiles = new Map();
    for (const { name, content } of rows) {
      if (typeof name !== 'string' || !NAME.test(name) || !(content instanceof Uint8Array))
        throw new Error('it has a file that does not belong there');
      files.set(name, content);
    }
    const missing = NEEDED.find((name) => !files.has(name));
    if (missing !== undefined) throw new Error(`it lacks ${missing}`);
    return files;
  } finally {
    db.close();
  }
}

/** Turns a copied backup into a usable database: removes what was added, including its bytes. */
export function emptyBackup(file: string): void {
  const db = new DatabaseSync(file);
  try {
    db.exec(`PRAGMA journal_mode = MEMORY; PRAGMA synchronous = FULL; PRAGMA secure_delete = ON; PRAGMA application_id = 0; BEGIN;
      DROP TABLE backup_files; DROP TABLE backup_note; COMMIT`);
  } finally {
    db.close();
  }
}
