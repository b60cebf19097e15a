/**
 * The writer thread: the only writer of the database. Operations that wait together share one commit (group commit);
 * a refused one takes nothing with it. Answers leave after the commit. Operations change their input never: they may run twice.
 */
import { parentPort, workerData } from 'node:worker_threads';
import { RollcallError } from '../../protocol/errors.ts';
import { DatabaseFault } from './database-faults.ts';
import { addNotes, correlationIdOf, noNotes, storeNotes, WriteContext, type Notes } from './context.ts';
import type { Effect } from './effects.ts';
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
  /** What became true with the commit. */
  effects: Effect[];
  /** What the database or its disk failed with, if it did. */
  fault: string | null;
  /** Milliseconds from BEGIN to the return of COMMIT. */
  commitMs: number;
}

const port = parentPort;
if (port === null) throw new Error('the writer runs as a worker thread');
const { file, maxBatch } = workerData as { file: string; maxBatch: number };
const sql = openWriter(file);
const queue: WriteRequest[] = [];
let scheduled = false;
/** Of the batch that runs. */
let fault: string | null = null;

function refusal(id: number, error: unknown): WriteReply {
  if (error instanceof DatabaseFault) fault = error.reason;
  if (error instanceof RollcallError) {
    return { id, ok: false, code: error.code, message: error.message, ...(error.details ? { details: error.details } : {}) };
  }
  return { id, ok: false, code: 'internal', message: error instanceof Error ? (error.stack ?? error.message) : String(error) };
}

/**
 * The disk, or somebody outside who holds the file: SQLite may have rolled back by itself, and the other operations of the batch would fail,
 * or wait, the same. A damaged page is met only by those that read it.
 */
function failsAll(error: unknown): boolean {
  return error instanceof DatabaseFault && error.code !== 'database-damaged';
}

function run(request: WriteRequest, notes: Notes): WriteReply {
  const operation = operations[request.name] as (context: WriteContext, input: unknown) => unknown;
  const context = new WriteContext(sql, notes, correlationIdOf(request.input));
  return { id: request.id, ok: true, output: operation(context, request.input) };
}

function runInSavepoint(request: WriteRequest, notes: Notes): WriteReply {
  const own = noNotes();
  sql.exec('SAVEPOINT operation');
  try {
    const reply = run(request, own);
    sql.exec('RELEASE operation');
    addNotes(notes, own);
    return reply;
  } catch (error) {
    if (failsAll(error)) throw error;
    sql.exec('ROLLBACK TO operation');
    sql.exec('RELEASE operation');
    return refusal(request.id, error);
  }
}

type Committing = Pick<CommitReport, 'replies' | 'effects'>;

/** Throws where an operation throws that has no savepoint, or where nothing can be stored; then nothing of the batch stands. */
function commit(batch: WriteRequest[], each: typeof run): Committing {
  const notes = noNotes();
  sql.exec('BEGIN IMMEDIATE');
  try {
    const replies = batch.map((request) => each(request, notes));
    const effects = storeNotes(sql, notes);
    sql.exec('COMMIT');
    return { replies, effects };
  } catch (error) {
    sql.rollBack();
    throw error;
  }
}

/** Operations are refused seldom and savepoints cost a sixth of an enrolment: the batch runs without them first. */
function commitOrRefuse(batch: WriteRequest[]): Committing {
  const refuseAll = (error: unknown): Committing => ({
    replies: batch.map(({ id }) => refusal(id, error)),
    effects: [],
  });
  try {
    return commit(batch, run);
  } catch (error) {
    if (batch.length === 1 || failsAll(error)) return refuseAll(error);
  }
  try {
    return commit(batch, runInSavepoint);
  } catch (error) {
    return refuseAll(error);
  }
}

function runBatch(batch: WriteRequest[]): CommitReport {
  const started = performance.now();
  fault = null;
  const done = commitOrRefuse(batch);
  return { ...done, fault, commitMs: performance.now() - started };
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

port.on('message', (message: WriteRequest[] | 'close') => {
  if (message === 'close') {
    while (queue.length > 0) port.postMessage(runBatch(queue.splice(0, maxBatch)));
    try {
      sql.exec('PRAGMA wal_checkpoint(TRUNCATE)');
    } catch {
      // A full disk, or somebody outside who reads: what is committed stays in the log beside the database and is read from there.
    }
    sql.close();
    port.postMessage('closed');
    port.close();
    return;
  }
  queue.push(...message);
  schedule();
});

port.postMessage('ready');
