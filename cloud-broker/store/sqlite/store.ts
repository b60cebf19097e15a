import { join } from 'node:path';
import type { Worker } from 'node:worker_threads';
import { RollcallError } from '../../../protocol/errors.ts';
import type { Issuer } from '../../keys/x509.ts';
import { CommitListeners, refusalOf } from '../commit-listeners.ts';
import { MAX_BATCH, type CommitReport, type WriteReply, type WriteRequest } from '../group-commit.ts';
import type { OperationInput, OperationName, OperationOutput, Store } from '../port.ts';
import { openWriter } from './connection.ts';
import { ReaderThread } from './reader-client.ts';
import { startThread, ThreadCalls } from './thread-calls.ts';

/** What the service is made of, handed in. */
interface StoreParts {
  /** The schema, in order (service/migrations.ts). */
  migrations: readonly string[];
  /** The program that calls `runWriter` with all operations. */
  writerThread: URL;
}

export interface StoreOptions {
  folder: string;
  /** Receives the cause of an unexpected failure; the caller gets only the code `internal`. */
  onInternalError(message: string): void;
  /** The writer died: nothing can be stored any more, so the service must end. */
  onFatal(error: Error): void;
  /** Called before each write; throwing refuses the write. */
  demand?(name: OperationName): void;
  /** Maximum operations per commit; 1 gives each its own. Bounds how long the first of a batch waits. */
  maxBatch?: number;
}

/**
 * Opens the embedded store (SQLite) in `folder`, which must exist and be locked by this process (S4). Refuses with `database-damaged`,
 * `database-unusable`, or `busy` if another program locks the file.
 */
export async function openSqliteStore(options: StoreOptions & StoreParts): Promise<Store> {
  const file = join(options.folder, 'rollcall.db');
  // Problems with the file are reported here; the writer thread then opens one that is intact and current.
  openWriter(file, options.migrations).close();
  const { maxBatch = MAX_BATCH } = options;
  const [writer, reader] = await Promise.all([
    startThread(options.writerThread, 'writer', { file, maxBatch }),
    startThread(new URL('./reader.ts', import.meta.url), 'reader', { file }),
  ]);
  return new SqliteStore(writer, new ReaderThread(file, reader, options.onFatal), options);
}

class SqliteStore extends CommitListeners implements Store {
  readonly reader: ReaderThread;
  private readonly worker: Worker;
  private readonly options: StoreOptions;
  private readonly calls: ThreadCalls<Omit<WriteRequest, 'id'>>;
  private closing = false;
  private readonly ended = Promise.withResolvers<void>();
  private isEnded = false;

  constructor(worker: Worker, reader: ReaderThread, options: StoreOptions) {
    super();
    this.worker = worker;
    this.calls = new ThreadCalls(worker);
    this.reader = reader;
    this.options = options;
    worker.on('message', (message: CommitReport | 'closed') => {
      if (message !== 'closed') this.tell(message, (reply) => this.answer(reply));
    });
    worker.on('error', (error) => this.fail(error instanceof Error ? error : new Error(String(error))));
    worker.on('exit', () => {
      this.isEnded = true;
      this.ended.resolve();
      if (!this.closing) this.fail(new Error('the writer thread ended'));
    });
  }

  async write<Name extends OperationName>(name: Name, input: OperationInput<Name>): Promise<OperationOutput<Name>> {
    if (this.closing || this.isEnded) throw new RollcallError('internal', { reason: 'the store is closed' });
    this.options.demand?.(name);
    return this.calls.ask({ name, input });
  }

  signWith({ key, certificatePem }: Issuer): void {
    this.worker.postMessage({ key, certificatePem } satisfies Issuer);
  }

  figures(): { waiting: number; commitMs: readonly number[] } {
    return { waiting: this.calls.size, commitMs: this.commitMs };
  }

  async close(): Promise<void> {
    if (this.closing) return this.ended.promise;
    this.closing = true;
    this.calls.send();
    this.worker.postMessage('close');
    await this.ended.promise;
    await this.reader.close();
  }

  private answer(reply: WriteReply): void {
    if (reply.ok) this.calls.resolve(reply.id, reply.output);
    else this.calls.reject(reply.id, refusalOf(reply, this.options.onInternalError));
  }

  private fail(error: Error): void {
    this.calls.fail(new RollcallError('internal'));
    this.options.onFatal(error);
  }
}
