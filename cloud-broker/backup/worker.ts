/**
 * The long parts of a backup, outside the service's own thread: copying the database at one moment, and reading the whole copy for damage. Answers
 * with null, or with what is wrong.
 */
import { errorText } from '../../protocol/error-text.ts';
import { DatabaseSync } from 'node:sqlite';
import { parentPort, workerData } from 'node:worker_threads';

export type BackupJob = { job: 'copy'; from: string; to: string } | { job: 'check'; file: string };

/** One read transaction, so a consistent moment, while the service continues to write. Deleted data is not copied. */
function copy(from: string, to: string): null {
  const db = new DatabaseSync(from, { readOnly: true });
  try {
    db.exec('PRAGMA busy_timeout = 5000');
    db.prepare('VACUUM INTO ?').run(to);
    return null;
  } finally {
    db.close();
  }
}

function check(file: string): string | null {
  const db = new DatabaseSync(file, { readOnly: true });
  try {
    const [damage] = db.prepare('PRAGMA integrity_check(1)').all();
    if (damage?.['integrity_check'] !== 'ok') return String(damage?.['integrity_check']);
    const [stray] = db.prepare('PRAGMA foreign_key_check').all();
    return stray === undefined ? null : `a row of ${String(stray['table'])} refers to none of ${String(stray['parent'])}`;
  } finally {
    db.close();
  }
}

function run(asked: BackupJob): string | null {
  try {
    return asked.job === 'copy' ? copy(asked.from, asked.to) : check(asked.file);
  } catch (error) {
    return errorText(error);
  }
}

parentPort?.postMessage(run(workerData as BackupJob));
