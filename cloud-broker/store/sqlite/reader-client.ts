import { once } from 'node:events';
import type { Worker } from 'node:worker_threads';
import { RollcallError, type ErrorCode } from '../../../protocol/errors.ts';
import type { Parameter, Reads } from '../tx.ts';
import { DatabaseFault } from '../database-fault.ts';
import type { ReadReply, ReadRequest } from './reader.ts';
import { ThreadCalls } from './thread-calls.ts';

/** Reads in a separate thread: a page of a list never delays the heartbeats of the main thread. */
export class ReaderThread implements Reads {
  private readonly file: string;
  private readonly worker: Worker;
  private readonly calls: ThreadCalls<Omit<ReadRequest, 'id'>>;
  private failure: Error | null = null;
  private readonly ended: Promise<unknown>;

  /** `worker`: runs reader.ts and has opened `file`. `onFatal`: the thread died. */
  constructor(file: string, worker: Worker, onFatal: (error: Error) => void) {
    this.file = file;
    this.worker = worker;
    this.calls = new ThreadCalls(worker);
    worker.on('message', (replies: ReadReply[]) => {
      for (const reply of replies) this.settle(reply);
    });
    worker.on('error', (error) => {
      this.fail(error instanceof Error ? error : new Error(String(error)));
      onFatal(this.failure ?? new Error('the reader thread failed'));
    });
    this.ended = once(worker, 'exit').then(() => this.fail(new RollcallError('internal', { reason: 'the store is closed' })));
  }

  async all<Row>(text: string, ...parameters: Parameter[]): Promise<Row[]> {
    return this.ask<Row[]>('all', text, parameters);
  }

  async get<Row>(text: string, ...parameters: Parameter[]): Promise<Row | null> {
    return this.ask<Row | null>('get', text, parameters);
  }

  /** Earlier requests are still answered. */
  async close(): Promise<void> {
    this.calls.send();
    this.worker.postMessage('close');
    await this.ended;
  }

  private async ask<Rows>(what: ReadRequest['what'], text: string, parameters: Parameter[]): Promise<Rows> {
    if (this.failure !== null) throw this.failure;
    return this.calls.ask<Rows>({ what, text, parameters });
  }

  private settle(reply: ReadReply): void {
    if (reply.ok) this.calls.resolve(reply.id, reply.rows);
    else this.calls.reject(reply.id, reply.fault === null ? new Error(reply.message) : this.faultOf(reply.fault));
  }

  private faultOf({ code, reason }: { code: ErrorCode; reason: string }): DatabaseFault {
    return new DatabaseFault(code, this.file, reason);
  }

  private fail(error: Error): void {
    this.failure ??= error;
    this.calls.fail(this.failure);
  }
}
