import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import type { Verdict } from './rules/chain.ts';
import type { ProofJob } from './verify-books.ts';

/** Like `verifyLedger`, in a thread of its own because it hashes every transfer. Rejects when aborted. */
export async function verifyLedgerApart(job: ProofJob, signal: AbortSignal): Promise<Verdict> {
  const worker = new Worker(new URL('./verify-worker.ts', import.meta.url), { workerData: job, name: 'proof' });
  try {
    const [verdict] = (await once(worker, 'message', { signal })) as [Verdict];
    return verdict;
  } finally {
    await worker.terminate();
  }
}
