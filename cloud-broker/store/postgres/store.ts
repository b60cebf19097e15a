import { setImmediate as turn, setTimeout as delay } from 'node:timers/promises';
import { doubledMs, jitteredMs } from '../../../protocol/backoff.ts';
import { RollcallError } from '../../../protocol/errors.ts';
import { deviceCertificateSigner } from '../../keys/device-certificates.ts';
import type { Issuer } from '../../keys/x509.ts';
import { CommitListeners, refusalOf } from '../commit-listeners.ts';
import { GroupCommit, MAX_BATCH, MAX_WAITING, type WriteReply, type WriteRequest } from '../group-commit.ts';
import type { OperationInput, OperationName, OperationOutput, Operations, Store } from '../port.ts';
import { placeOf } from './connection.ts';
import { migrate } from './migrate.ts';
import { PostgresReader } from './reader.ts';
import { numberColumns, postgresMigrations } from './schema.ts';
import { PostgresSession } from './session.ts';

export interface PostgresOptions {
  /** With the secrets that it needs; never shown. */
  url: string;
  /** Those of SQLite (service/migrations.ts). */
  migrations: readonly string[];
  operations: Operations;
  /** Receives the cause of an unexpected failure; the caller gets only the code `internal`. */
  onInternalError(message: string): void;
  /** Called before each write; throwing refuses the write. */
  demand?(name: OperationName): void;
  /** Called before anything is created; throwing leaves the database as it is. */
  demandDatabase?(isUsed: boolean, place: string): void;
  /** Refuses a database that another service uses, and keeps others away. */
  alone?: boolean;
  /** Maximum operations per commit; 1 gives each its own. */
  maxBatch?: number;
  /** Waits before a transaction that failed `tries` times runs again. */
  wait?(tries: number): Promise<void>;
}

/** Longer from one to the next, and not at once with others that failed at the same moment. */
const REPEATED = { firstMs: 20, longestMs: 1000 };
const withJitter = async (tries: number): Promise<void> =>
  delay(jitteredMs(doubledMs(REPEATED, tries - 1), [0, 1], Math.random()));

/** Opens the store on PostgreSQL, with its schema brought up to date. Refuses with `database-unusable`, `database-damaged` or `busy`. */
export async function openPostgresStore(options: PostgresOptions): Promise<Store> {
  const place = placeOf(options.url);
  const { demandDatabase } = options;
  await migrate(options.url, place, postgresMigrations(options.migrations), (isUsed) => demandDatabase?.(isUsed, place));
  const store = new PostgresStore(options, place);
  try {
    await store.start();
  } catch (error) {
    await store.close();
    throw error;
  }
  return store;
}

interface Waiting {
  resolve(output: never): void;
  reject(error: Error): void;
}

class PostgresStore extends CommitListeners implements Store {
  readonly reader: PostgresReader;
  private readonly options: PostgresOptions;
  private readonly session: PostgresSession;
  private readonly commits: GroupCommit;
  private readonly waiting = new Map<number, Waiting>();
  private readonly queue: WriteRequest[] = [];
  private lastId = 0;
  /** Runs what waits; null if nothing does. */
  private draining: Promise<void> | null = null;
  private closed: Promise<void> | null = null;

  constructor(options: PostgresOptions, place: string) {
    super();
    this.options = options;
    this.reader = new PostgresReader(options.url, place);
    this.session = new PostgresSession({
      url: options.url,
      place,
      alone: options.alone ?? false,
      numbered: numberColumns(options.migrations),
      wait: options.wait ?? withJitter,
      onFault: (reason) => this.fault(reason),
    });
    this.commits = new GroupCommit(this.session, options.operations);
  }

  async start(): Promise<void> {
    await this.session.start();
  }

  async write<Name extends OperationName>(name: Name, input: OperationInput<Name>): Promise<OperationOutput<Name>> {
    if (this.closed !== null) throw new RollcallError('internal', { reason: 'the store is closed' });
    this.options.demand?.(name);
    if (this.waiting.size >= MAX_WAITING) throw new RollcallError('busy');
    this.lastId += 1;
    const id = this.lastId;
    return new Promise((resolve, reject) => {
      this.waiting.set(id, { resolve, reject });
      // It may run after its caller has gone on.
      this.queue.push({ id, name, input: structuredClone(input) });
      this.draining ??= this.drain();
    });
  }

  /** Runs waiting requests, batch after batch. Those of the same turn, and those that arrive while a batch is committed, share the next one. */
  private async drain(): Promise<void> {
    const { maxBatch = MAX_BATCH } = this.options;
    for (await turn(); this.queue.length > 0; await turn()) {
      const report = await this.commits.runBatch(this.queue.splice(0, maxBatch));
      this.tell(report, (reply) => this.answer(reply));
    }
    this.draining = null;
  }

  private answer(reply: WriteReply): void {
    const waiting = this.waiting.get(reply.id);
    this.waiting.delete(reply.id);
    if (reply.ok) waiting?.resolve(reply.output as never);
    else waiting?.reject(refusalOf(reply, this.options.onInternalError));
  }

  signWith(issuer: Issuer): void {
    this.commits.signCertificate = deviceCertificateSigner(issuer);
  }

  figures(): { waiting: number; commitMs: readonly number[] } {
    return { waiting: this.waiting.size, commitMs: this.commitMs };
  }

  async close(): Promise<void> {
    this.closed ??= this.end();
    return this.closed;
  }

  private async end(): Promise<void> {
    this.session.giveUpSoon();
    await this.draining;
    await this.session.close();
    await this.reader.close();
  }
}
