/**
 * The writer thread: the only writer of the database. Operations that wait together share one commit (group commit);
 * each runs in a savepoint of its own, so that a refused one takes nothing with it. Answers leave after the commit.
 */
import { parentPort, workerData } from 'node:worker_threads';
import { RollcallError } from '../../protocol/errors.ts';
import { WriteContext, type Committed } from './context.ts';
import { operations, type OperationName } from './operations/index.ts';
import { openWriter } from './sql.ts';

export interface WriteRequest {
  id: number;
  name: OperationName;
  input: unknown;
}

export type WriteReply =
  | { id: number; ok: true; output: unknown }
  | { id: number; ok: false; code: string; message: string; details?: Record<string, unknown> };

export interface CommitReport {
  replies: WriteReply[];
  committed: Committed;
  /** Milliseconds from BEGIN to the return of COMMIT. */
  commitMs: number;
}

const port = parentPort;
if (port === null) throw new Error('the writer runs as a worker thread');
const { file, maxBatch } = workerData as { file: string; maxBatch: number };
const sql = openWriter(file);
const queue: WriteRequest[] = [];
let scheduled = false;

function refusal(id: number, error: unknown): WriteReply {
  if (error instanceof RollcallError) {
    return { id, ok: false, code: error.code, message: error.message, ...(error.details ? { details: error.details } : {}) };
  }
  return { id, ok: false, code: 'internal', message: error instanceof Error ? (error.stack ?? error.message) : String(error) };
}

function runOne(request: WriteRequest, committed: Committed): WriteReply {
  const own: Committed = { events: [], revoked: [], decided: [] };
  sql.exec('SAVEPOINT operation');
  try {
    const operation = operations[request.name] as (context: WriteContext, input: unknown) => unknown;
    const output = operation(new WriteContext(sql, own), request.input);
    sql.exec('RELEASE operation');
    committed.events.push(...own.events);
    committed.revoked.push(...own.revoked);
    committed.decided.push(...own.decided);
    return { id: request.id, ok: true, output };
  } catch (error) {
    sql.exec('ROLLBACK TO operation');
    sql.exec('RELEASE operation');
    return refusal(request.id, error);
  }
}

function runBatch(batch: WriteRequest[]): CommitReport {
  const started = performance.now();
  const committed: Committed = { events: [], revoked: [], decided: [] };
  try {
    sql.exec('BEGIN IMMEDIATE');
    const replies = batch.map((request) => runOne(request, committed));
    sql.exec('COMMIT');
    return { replies, committed, commitMs: performance.now() - started };
  } catch (error) {
    try {
      sql.exec('ROLLBACK');
    } catch {
      // Nothing was begun, or SQLite rolled back by itself (disk full): either way nothing of the batch stands.
    }
    const nothing: Committed = { events: [], revoked: [], decided: [] };
    return { replies: batch.map(({ id }) => refusal(id, error)), committed: nothing, commitMs: performance.now() - started };
  }
}

function drain(): void {
  scheduled = false;
  if (queue.length === 0) return;
  port?.postMessage(runBatch(queue.splice(0, maxBatch)));
  schedule();
}

function schedule(): void {
  if (scheduled || queue.length === 0) return;
  scheduled = true;
  // The messages that arrived meanwhile are read before the next batch begins, so that they join it.
  setImmediate(drain);
}

port.on('message', (message: WriteRequest | 'close') => {
  if (message === 'close') {
    while (queue.length > 0) port.postMessage(runBatch(queue.splice(0, maxBatch)));
    sql.exec('PRAGMA wal_checkpoint(TRUNCATE)');
    sql.close();
    port.postMessage('closed');
    port.close();
    return;
  }
  queue.push(message);
  schedule();
});

port.postMessage('ready');
