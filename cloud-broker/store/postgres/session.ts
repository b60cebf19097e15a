/** The session in which a process writes. */
import { randomUUID } from 'node:crypto';
import pg from 'pg';
import { RollcallError } from '../../../protocol/errors.ts';
import { DatabaseFault } from '../database-fault.ts';
import type { Session } from '../group-commit.ts';
import { configOf } from './connection.ts';
import { isLost, isWorthRepeating, naming } from './faults.ts';
import { PostgresTx } from './tx.ts';

/**
 * Taken by every transaction that writes or migrates, until it ends: so writers of several processes are serial, as SQLite's are
 * (docs/decisions/2026-11-30-postgresql-one-writer.md). The number is the product's own.
 */
export const LOCK = 'SELECT pg_advisory_xact_lock(7265823401)';

/** Held for as long as the session lasts by a service that wants the database for itself: nothing here is shared between services yet. */
const ALONE = 7_265_823_402;

const MAX_TRIES = 10;
const PRUNED_EACH_MS = 60_000;

/** A process that stands still keeps the others from writing no longer than this. */
const SETTINGS = `SET idle_in_transaction_session_timeout = '30s'; SET tcp_keepalives_idle = 10; SET tcp_keepalives_interval = 5; SET tcp_keepalives_count = 3;
SELECT set_config('synchronous_commit', 'on', false) WHERE current_setting('synchronous_commit') IN ('off', 'local')`;

export interface SessionParts {
  url: string;
  place: string;
  /** No other service may use the database meanwhile. */
  alone: boolean;
  /** See `numberColumns`. */
  numbered: ReadonlyMap<string, string>;
  /** Waits before a transaction runs for another time. */
  wait(tries: number): Promise<void>;
  /** Told while it is not known whether a transaction was committed. */
  onFault(reason: string): void;
}

export class PostgresSession implements Session {
  readonly tx: PostgresTx;
  private readonly parts: SessionParts;
  private client: pg.Client | null = null;
  private prunedAt = -PRUNED_EACH_MS;
  private isClosing = false;
  private wasAlone = false;

  constructor(parts: SessionParts) {
    this.parts = parts;
    this.tx = new PostgresTx(parts.place, parts.numbered);
  }

  /** Connects where no session is open. */
  private async open(): Promise<pg.Client> {
    if (this.client !== null) return this.client;
    const client = new pg.Client(configOf(this.parts.url));
    // What is under way is told by its own promise.
    client.on('error', () => this.drop(client)).on('end', () => this.drop(client));
    this.client = client;
    try {
      await naming(this.parts.place, client.connect());
      await naming(this.parts.place, client.query(SETTINGS));
      if (this.parts.alone) await this.demandAlone(client);
    } catch (error) {
      this.drop(client);
      throw error;
    }
    return client;
  }

  /** Refuses with `database-unusable` at the start; a session that takes the place of a lost one waits until PostgreSQL has ended that one. */
  private async demandAlone(client: pg.Client): Promise<void> {
    const { place } = this.parts;
    if (this.wasAlone) return void (await naming(place, client.query(`SELECT pg_advisory_lock(${ALONE})`)));
    const { rows } = await naming(place, client.query<{ held: number }>(`SELECT pg_try_advisory_lock(${ALONE}) AS held`));
    if (!rows[0]?.held) throw new RollcallError('database-unusable', { file: place, reason: 'another service runs on it' });
    this.wasAlone = true;
  }

  /** Opens the session before it is needed, and refuses what would be refused then. */
  async start(): Promise<void> {
    await this.open();
  }

  private drop(client: pg.Client | null): void {
    if (client === null || this.client !== client) return;
    this.client = null;
    void client.end().catch(() => undefined);
  }

  async begin(): Promise<void> {
    this.tx.begin(await this.open());
    this.tx.exec('BEGIN ISOLATION LEVEL READ COMMITTED');
    this.tx.exec(LOCK);
  }

  exec(text: string): void | Promise<void> {
    return text.startsWith('ROLLBACK') ? this.tx.takeBack(text) : this.tx.exec(text);
  }

  async settle(): Promise<void> {
    await this.tx.settle();
  }

  /** PostgreSQL answers COMMIT of a failed transaction by rolling it back. */
  async commit(): Promise<void> {
    const id = randomUUID();
    this.tx.send('INSERT INTO done_operations (id) VALUES (?)', id);
    this.prune();
    this.tx.exec('COMMIT');
    try {
      await this.tx.settle();
    } catch (error) {
      if (!isLost(error) || !(await this.isDone(id))) throw error;
    }
  }

  private prune(): void {
    const now = performance.now();
    if (now - this.prunedAt < PRUNED_EACH_MS) return;
    this.prunedAt = now;
    this.tx.send("DELETE FROM done_operations WHERE at < now() - interval '1 hour'");
  }

  /**
   * Whether the transaction of this id was committed, although its session was lost before it was told so. Having the lock means that the former session has ended; until
   * PostgreSQL can be asked, nobody can be answered.
   */
  private async isDone(id: string): Promise<boolean> {
    for (let tries = 1; ; tries += 1) {
      try {
        await this.begin();
        const row = await this.tx.get('SELECT 1 AS done FROM done_operations WHERE id = ?', id);
        this.tx.exec('COMMIT');
        await this.tx.settle();
        return row !== null;
      } catch (error) {
        await this.rollBack();
        if (!(error instanceof DatabaseFault)) throw error;
        if (this.isClosing && tries >= MAX_TRIES)
          throw new RollcallError('internal', { reason: 'whether it was stored is not known' });
        this.parts.onFault(error.reason);
        await this.parts.wait(Math.min(tries, MAX_TRIES));
      }
    }
  }

  /** A session that cannot even roll back is given up, and PostgreSQL does it. */
  async rollBack(): Promise<void> {
    const { client } = this;
    if (client !== null) await this.tx.takeBack('ROLLBACK').catch(() => this.drop(client));
  }

  async again(error: unknown, tries: number): Promise<boolean> {
    if (!isWorthRepeating(error) || tries >= MAX_TRIES) return false;
    if (isLost(error)) this.drop(this.client);
    await this.parts.wait(tries);
    return true;
  }

  /** From now on, a database that cannot be asked is not waited for without end. */
  giveUpSoon(): void {
    this.isClosing = true;
  }

  async close(): Promise<void> {
    await this.client?.end().catch(() => undefined);
  }
}
