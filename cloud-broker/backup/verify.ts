import { errorText } from '../../protocol/error-text.ts';
import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { createPrivateKey } from 'node:crypto';
import { parseCheckpoints } from '../ledger/checkpoints.ts';
import { withDamagedHeads } from '../ledger/rules/chain.ts';
import { verifyLedger } from '../ledger/verify-books.ts';
import { HEADS_FILE, readBackupFiles } from './container.ts';
import type { BackupJob } from './worker.ts';

/** Runs a long part of a backup in a separate thread; returns null, or what is wrong. */
export async function inWorker(job: BackupJob): Promise<string | null> {
  const worker = new Worker(new URL('./worker.ts', import.meta.url), { workerData: job, name: 'backup' });
  const [answer] = (await once(worker, 'message')) as [string | null];
  return answer;
}

/**
 * Opens a backup and reads all of it: no damage, its own keys, and books that are correct up to every signed head. Returns null, or what is wrong.
 */
export async function flawOf(file: string, schemaVersion: number): Promise<string | null> {
  try {
    const files = readBackupFiles(file, schemaVersion);
    const damage = await inWorker({ job: 'check', file });
    if (damage !== null) return damage;
    const ledgerKey = createPrivateKey(Buffer.from(files.get('keys/ledger.key') ?? []));
    const { checkpoints, damaged } = parseCheckpoints(Buffer.from(files.get(HEADS_FILE) ?? []), ledgerKey);
    const { firstDifference: difference } = withDamagedHeads(await verifyLedger(file, checkpoints), damaged);
    return difference === undefined ? null : `the books: ${difference.domain} row ${difference.n ?? '-'} ${difference.what}`;
  } catch (error) {
    return errorText(error);
  }
}
