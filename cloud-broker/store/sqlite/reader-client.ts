import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { RollcallError, type ErrorCode } from '../../../protocol/errors.ts';
import type { Parameter, Reads } from '../tx.ts';
import { DatabaseFault } from './database-faults.ts';
import type { ReadReply, ReadRequest } from './reader.ts';

/** Most statements that may wait at a time; beyond it the answer is `busy`, so that memory stays bounded. */
const MAX_WAITING = 20_000;

interface Waiting {
  resolve(rows: never): void;
  reject(error: Error): void;
}

/**
 * Reads in a thread of their own: a page of a list never holds up the heartbeats of the main thread.
 */
export class ReaderThread implements Reads {
  private readonly file: string;
  private readonly worker: Worker;
  private readonly waiting = new Map<number, Waiting>();
  private unsent: ReadRequest[] = [];
  private lastId = 0;
  private failure: Error | null = null;
  private readonly ended: Promise<unknown>;

  private constructor(file: string, worker: Worker, onFatal: (error: Error) => void) {
    this.file = file;
    this.worker = worker;
    worker.on('message', (replies: ReadReply[]) => {
      for (const reply of replies) this.settle(reply);
    });
    worker.on('error', (error) => {
      this.fail(error instanceof Error ? error : new Error(String(error)));
      onFatal(this.failure ?? new Error('the reader thread failed'));
    });
    this.ended = once(worker, 'exit').then(() => this.fail(new RollcallError('internal', { reason: 'the store is closed' })));
  }

  /** Opens the database in `file`, which is whole and current. `onFatal`: the thread died. */
  static async open(file: string, onFatal: (error: Error) => void): Promise<ReaderThread> {
    const worker = new Worker(new URL('./reader.ts', import.meta.url), { workerData: { file }, name: 'reader' });
    const [first] = (await once(worker, 'message')) as [unknown];
    if (first !== 'ready') throw new Error('the reader did not start');
    return new ReaderThread(file, worker, onFatal);
  }

  async all<Row>(text: string, ...parameters: Parameter[]): Promise<Row[]> {
    return this.ask<Row[]>('all', text, parameters);
  }

  async get<Row>(text: string, ...parameters: Parameter[]): Promise<Row | null> {
    return this.ask<Row | null>('get', text, parameters);
  }

  /** What was asked for before is still answered. */
  async close(): Promise<void> {
    this.post();
    this.worker.postMessage('close');
    await this.ended;
  }

  private async ask<Rows>(what: ReadRequest['what'], text: string, parameters: Parameter[]): Promise<Rows> {
    if (this.failure !== null) throw this.failure;
    if (this.waiting.size >= MAX_WAITING) throw new RollcallError('busy');
    this.lastId += 1;
    const id = this.lastId;
    return new Promise<Rows>((resolve, reject) => {
      this.waiting.set(id, { resolve, reject });
      // What is asked in one turn goes in one message: a message costs more than the statement in it.
      if (this.unsent.push({ id, what, text, parameters }) === 1) process.nextTick(() => this.post());
    });
  }

  private post(): void {
    const requests = this.unsent;
    this.unsent = [];
    if (requests.length > 0) this.worker.postMessage(requests);
  }

  private settle(reply: ReadReply): void {
    const waiting = this.waiting.get(reply.id);
    this.waiting.delete(reply.id);
    if (reply.ok) waiting?.resolve(reply.rows as never);
    else waiting?.reject(reply.fault === null ? new Error(reply.message) : this.faultOf(reply.fault));
  }

  private faultOf({ code, reason }: { code: ErrorCode; reason: string }): DatabaseFault {
    return new DatabaseFault(code, this.file, reason);
  }

  private fail(error: Error): void {
    this.failure ??= error;
    for (const { reject } of this.waiting.values()) reject(this.failure);
    this.waiting.clear();
  }
}
