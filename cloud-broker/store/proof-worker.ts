/** The thread of `verifyLedgerApart`. */
import { parentPort, workerData } from 'node:worker_threads';
import type { ProofJob } from './proof-apart.ts';
import { verifyLedger } from './proof-of-books.ts';

const { databaseFile, checkpoints } = workerData as ProofJob;
parentPort?.postMessage(await verifyLedger(databaseFile, checkpoints));
