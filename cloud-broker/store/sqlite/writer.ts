/**
 * The writer thread: the only writer of the database. Operations that wait together share one commit (group commit);
 * a refused one takes nothing with it. Answers leave after the commit. Operations change their input never: they may run twice.
 */
import { setImmediate as turn } from 'node:timers/promises';
import { parentPort, workerData } from 'node:worker_threads';
import { RollcallError } from '../../../protocol/errors.ts';
import { DatabaseFault } from './database-faults.ts';
import { addNotes, correlationIdOf, noNotes, storeNotes, WriteContext, type Notes } from '../commit.ts';
import type { Effect } from '../effects.ts';
import { operations, type OperationName } from '../../service/operations.ts';
import { openWriter } from './connection.ts';
import { ConnectionTx } from './tx.ts';

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
const connection = openWriter(file);
const tx = new ConnectionTx(connection);
const queue: WriteRequest[] = [];
let isDraining = false;
let isClosing = false;
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

async function run(request: WriteRequest, notes: Notes): Promise<WriteReply> {
  const operation = operations[request.name] as (context: WriteContext, input: unknown) => unknown;
  const context = new WriteContext(tx, notes, correlationIdOf(request.input));
  return { id: request.id, ok: true, output: await operation(context, request.input) };
}

async function runInSavepoint(request: WriteRequest, notes: Notes): Promise<WriteReply> {
  const own = noNotes();
  connection.exec('SAVEPOINT operation');
  try {
    const reply = await run(request, own);
    connection.exec('RELEASE operation');
    addNotes(notes, own);
    return reply;
  } catch (error) {
    if (failsAll(error)) throw error;
    connection.exec('ROLLBACK TO operation');
    connection.exec('RELEASE operation');
    return refusal(request.id, error);
  }
}

type Committing = Pick<CommitReport, 'replies' | 'effects'>;

/** Throws where an operation throws that has no savepoint, or where nothing can be stored; then nothing of the batch stands. */
async function commit(batch: WriteRequest[], each: typeof run): Promise<Committing> {
  const notes = noNotes();
  connection.exec('BEGIN IMMEDIATE');
  try {
    const replies: WriteReply[] = [];
    for (const request of batch) replies.push(await each(request, notes));
    const effects = await storeNotes(tx, notes);
    connection.exec('COMMIT');
    return { replies, effects };
  } catch (error) {
    connection.rollBack();
    throw error;
  }
}

/** Operations are refused seldom and savepoints cost a sixth of an enrolment: the batch runs without them first. */
async function commitOrRefuse(batch: WriteRequest[]): Promise<Committing> {
  const refuseAll = (error: unknown): Committing => ({
    replies: batch.map(({ id }) => refusal(id, error)),
    effects: [],
  });
  try {
    return await commit(batch, run);
  } catch (error) {
    if (batch.length === 1 || failsAll(error)) return refuseAll(error);
  }
  try {
    return await commit(batch, runInSavepoint);
  } catch (error) {
    return refuseAll(error);
  }
}

async function runBatch(batch: WriteRequest[]): Promise<CommitReport> {
  const started = performance.now();
  fault = null;
  const done = await commitOrRefuse(batch);
  return { ...done, fault, commitMs: performance.now() - started };
}

function end(): void {
  try {
    connection.exec('PRAGMA wal_checkpoint(TRUNCATE)');
  } catch {
    // A full disk, or somebody outside who reads: what is committed stays in the log beside the database and is read from there.
  }
  connection.close();
  port?.postMessage('closed');
  port?.close();
}

/** Runs what waits, batch after batch. What arrived meanwhile is read before a batch begins, so that it joins it. */
async function drain(): Promise<void> {
  isDraining = true;
  for (await turn(); queue.length > 0; await turn()) port?.postMessage(await runBatch(queue.splice(0, maxBatch)));
  isDraining = false;
  if (isClosing) end();
}

port.on('message', (message: WriteRequest[] | 'close') => {
  if (message === 'close') isClosing = true;
  else queue.push(...message);
  if (!isDraining) void drain();
});

port.postMessage('ready');
