/**
 * The writer thread: the only writer of the database. Operations that wait together share one commit (group commit); a refused one does not affect
 * the others. Answers are sent after the commit. Operations never change their input, because they may run twice.
 */
import { setImmediate as turn } from 'node:timers/promises';
import { parentPort, workerData, type MessagePort } from 'node:worker_threads';
import { RollcallError } from '../../../protocol/errors.ts';
import { deviceCertificateSigner, type SignDeviceCertificate } from '../../keys/device-certificates.ts';
import type { Issuer } from '../../keys/x509.ts';
import { DatabaseFault } from './database-faults.ts';
import { addNotes, correlationIdOf, noNotes, storeNotes, WriteContext, type Notes } from '../commit.ts';
import type { Effect } from '../effects.ts';
import type { OperationName, Operations } from '../port.ts';
import { openWriter, type Connection } from './connection.ts';
import type { Tx } from '../tx.ts';
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
  /** Effects of the commit. */
  effects: Effect[];
  /** The error of the database or its disk, if any. */
  fault: string | null;
  /** Milliseconds from BEGIN to the return of COMMIT. */
  commitMs: number;
}

/** Runs this thread as the writer, with all operations that there are. */
export function runWriter(operations: Operations, migrations: readonly string[]): void {
  const port = parentPort;
  if (port === null) throw new Error('the writer runs as a worker thread');
  const { file, maxBatch } = workerData as { file: string; maxBatch: number };
  const writer = new Writer({ port, connection: openWriter(file, migrations), operations, maxBatch });
  port.on('message', (message: WriteRequest[] | Issuer | 'close') => writer.take(message));
  port.postMessage('ready');
}

/**
 * For the disk or another program that locks the file: SQLite may have rolled back by itself, and the other operations of the batch would fail, or
 * wait, in the same way. A damaged page affects only operations that read it.
 */
function failsAll(error: unknown): boolean {
  return error instanceof DatabaseFault && error.code !== 'database-damaged';
}

type Committing = Pick<CommitReport, 'replies' | 'effects'>;

interface WriterParts {
  port: MessagePort;
  connection: Connection;
  operations: Operations;
  maxBatch: number;
}

class Writer {
  private readonly parts: WriterParts;
  private readonly tx: Tx;
  private readonly queue: WriteRequest[] = [];
  /** Until the CA key is handed over: the keys are opened once the database has told whether there are devices. */
  private signCertificate: SignDeviceCertificate = () => {
    throw new Error('the writer has no key to sign with');
  };
  private isDraining = false;
  private isClosing = false;
  /** Of the running batch. */
  private fault: string | null = null;

  constructor(parts: WriterParts) {
    this.parts = parts;
    this.tx = new ConnectionTx(parts.connection);
  }

  private refusal(id: number, error: unknown): WriteReply {
    if (error instanceof DatabaseFault) this.fault = error.reason;
    if (error instanceof RollcallError) {
      return { id, ok: false, code: error.code, message: error.message, ...(error.details ? { details: error.details } : {}) };
    }
    return { id, ok: false, code: 'internal', message: error instanceof Error ? (error.stack ?? error.message) : String(error) };
  }

  private async run(request: WriteRequest, notes: Notes): Promise<WriteReply> {
    const operation = this.parts.operations[request.name] as (context: WriteContext, input: unknown) => unknown;
    const context = new WriteContext(this.tx, notes, this.signCertificate, correlationIdOf(request.input));
    return { id: request.id, ok: true, output: await operation(context, request.input) };
  }

  private async runInSavepoint(request: WriteRequest, notes: Notes): Promise<WriteReply> {
    const { connection } = this.parts;
    const own = noNotes();
    connection.exec('SAVEPOINT operation');
    try {
      const reply = await this.run(request, own);
      connection.exec('RELEASE operation');
      addNotes(notes, own);
      return reply;
    } catch (error) {
      if (failsAll(error)) throw error;
      connection.exec('ROLLBACK TO operation');
      connection.exec('RELEASE operation');
      return this.refusal(request.id, error);
    }
  }

  /** Throws if an operation without a savepoint throws, or if nothing can be stored; then nothing of the batch is stored. */
  private async commit(batch: WriteRequest[], withSavepoints: boolean): Promise<Committing> {
    const { connection } = this.parts;
    const notes = noNotes();
    connection.exec('BEGIN IMMEDIATE');
    try {
      const replies: WriteReply[] = [];
      for (const request of batch)
        replies.push(await (withSavepoints ? this.runInSavepoint(request, notes) : this.run(request, notes)));
      const effects = await storeNotes(this.tx, notes);
      connection.exec('COMMIT');
      return { replies, effects };
    } catch (error) {
      connection.rollBack();
      throw error;
    }
  }

  /** Refusals are rare and savepoints cost a sixth of an enrolment, so the batch first runs without them. */
  private async commitOrRefuse(batch: WriteRequest[]): Promise<Committing> {
    const refuseAll = (error: unknown): Committing => ({
      replies: batch.map(({ id }) => this.refusal(id, error)),
      effects: [],
    });
    try {
      return await this.commit(batch, false);
    } catch (error) {
      if (batch.length === 1 || failsAll(error)) return refuseAll(error);
    }
    try {
      return await this.commit(batch, true);
    } catch (error) {
      return refuseAll(error);
    }
  }

  private async runBatch(batch: WriteRequest[]): Promise<CommitReport> {
    const started = performance.now();
    this.fault = null;
    const done = await this.commitOrRefuse(batch);
    return { ...done, fault: this.fault, commitMs: performance.now() - started };
  }

  private end(): void {
    const { port, connection } = this.parts;
    try {
      connection.exec('PRAGMA wal_checkpoint(TRUNCATE)');
    } catch {
      // The disk is full, or another program is reading: committed data stays in the write-ahead log and is read from there.
    }
    connection.close();
    port.postMessage('closed');
    port.close();
  }

  /** Runs waiting requests, batch after batch. Messages that arrived meanwhile are read before a batch begins, so that they join it. */
  private async drain(): Promise<void> {
    const { port, maxBatch } = this.parts;
    this.isDraining = true;
    for (await turn(); this.queue.length > 0; await turn()) port.postMessage(await this.runBatch(this.queue.splice(0, maxBatch)));
    this.isDraining = false;
    if (this.isClosing) this.end();
  }

  take(message: WriteRequest[] | Issuer | 'close'): void {
    if (message === 'close') this.isClosing = true;
    else if ('certificatePem' in message) this.signCertificate = deviceCertificateSigner(message);
    else this.queue.push(...message);
    if (!this.isDraining) void this.drain();
  }
}
