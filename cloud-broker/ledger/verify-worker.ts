/** The worker thread of `verifyLedgerApart`. */
import { parentPort, workerData } from 'node:worker_threads';
import { verifyLedger, type ProofJob } from './verify-books.ts';

const { database, checkpoints } = workerData as ProofJob;
void verifyLedger(database, checkpoints).then((verdict) => parentPort?.postMessage(verdict));
