/** S4: a consistent copy of a running service's data with its keys, as one file. */
import { errorText } from '../../protocol/error-text.ts';
import { closeSync, fsyncSync, linkSync, openSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { dirname, isAbsolute, join } from 'node:path';
import { RollcallError } from '../../protocol/errors.ts';
import { belongs, fillBackup, HEADS_FILE, type BackupFiles } from './container.ts';
import { flawOf, inWorker } from './verify.ts';

export interface BackupMade {
  file: string;
  bytes: number;
  /** Whether the finished file was opened and found intact, with correct books. */
  verified: boolean;
  /** What is wrong if it is not verified. */
  flaw?: string;
}

/**
 * The keys, and the signed heads of the books if there are any. They are always written completely or not at all, so they can be read at any time.
 */
function filesBeside(folder: string): BackupFiles {
  const names = readdirSync(join(folder, 'keys'), { withFileTypes: true })
    .filter((entry) => entry.isFile() && !entry.name.endsWith('.new'))
    .map((entry) => `keys/${entry.name}`)
    .filter(belongs);
  const files: BackupFiles = new Map(names.map((name) => [name, readFileSync(join(folder, name))]));
  try {
    files.set(HEADS_FILE, readFileSync(join(folder, HEADS_FILE)));
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ENOENT')) throw error;
  }
  return files;
}

/** A crash leaves an unfinished backup only as `.part`; the final name appears once everything is on disk, and replaces nothing. */
function finish(part: string, file: string): void {
  for (const path of [part, dirname(file)]) {
    const descriptor = openSync(path, 'r');
    fsyncSync(descriptor);
    closeSync(descriptor);
    if (path === part) {
      linkSync(part, file);
      rmSync(part);
    }
  }
}

/**
 * Backs `folder` up to `file`, an absolute path that must not exist, readable by its owner only (0600). Refuses with `backup-failed`, with the reason
 * in the details; then no file is left.
 */
export async function backUp(
  folder: string,
  file: string,
  { now, schemaVersion }: { now: number; schemaVersion: number },
): Promise<BackupMade> {
  const failed = (reason: string): RollcallError => new RollcallError('backup-failed', { file, reason });
  if (!isAbsolute(file)) throw failed('the path is not absolute');
  const part = `${file}.part`;
  try {
    if (statSync(file, { throwIfNoEntry: false }) !== undefined) throw failed('the file is there already');
    closeSync(openSync(part, 'wx', 0o600));
  } catch (error) {
    throw error instanceof RollcallError ? error : failed(errorText(error));
  }
  try {
    // Reads the signed heads first: none of them may lie beyond the end of the books copied afterwards (L5).
    const files = filesBeside(folder);
    const problem = await inWorker({ job: 'copy', from: join(folder, 'rollcall.db'), to: part });
    if (problem !== null) throw failed(problem);
    fillBackup(part, files, now);
    const flaw = await flawOf(part, schemaVersion);
    finish(part, file);
    return { file, bytes: statSync(file).size, verified: flaw === null, ...(flaw === null ? {} : { flaw }) };
  } catch (error) {
    rmSync(part, { force: true });
    throw error instanceof RollcallError ? error : failed(errorText(error));
  }
}
