/** The worker thread of `verifyLedgerApart`. */
import { parentPort, workerData } from 'node:worker_threads';
import { verifyLedger, type ProofJob } from './verify-books.ts';

const { databaseFile, checkpoints } = workerData as ProofJob;
void verifyLedger(databaseFile, checkpoints).then((verdict) => parentPort?.postMessage(verdict));
