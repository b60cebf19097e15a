import type pg from 'pg';
import { rowInserts } from '../row-inserts.ts';
import type { Parameter, Tx } from '../tx.ts';
import { runOn } from './connection.ts';
import { isAfterFailure, naming } from './faults.ts';

const noted = (): void => undefined;

/**
 * The transaction port over one session. A statement is on its way to PostgreSQL when its promise is returned, so statements run in the order in which they were requested, and one
 * whose result is not used costs no round trip.
 */
export class PostgresTx implements Tx {
  private readonly place: string;
  /** See `numberColumns`. */
  private readonly numbered: ReadonlyMap<string, string>;
  private session: pg.Client | null = null;
  private sent: Promise<unknown>[] = [];
  /** What the transaction failed of: later statements only say that it has failed. */
  private failure: { error: unknown } | null = null;

  constructor(place: string, numbered: ReadonlyMap<string, string>) {
    this.place = place;
    this.numbered = numbered;
  }

  /** A new transaction, in this session. */
  begin(session: pg.Client): void {
    this.session = session;
    this.sent = [];
    this.failure = null;
  }

  async all<Row>(text: string, ...parameters: Parameter[]): Promise<Row[]> {
    return (await this.query(text, parameters)).rows as Row[];
  }

  async get<Row>(text: string, ...parameters: Parameter[]): Promise<Row | null> {
    return ((await this.query(text, parameters)).rows[0] as Row | undefined) ?? null;
  }

  async run(text: string, ...parameters: Parameter[]): Promise<number> {
    return (await this.query(text, parameters)).rowCount ?? 0;
  }

  async insert(text: string, ...parameters: Parameter[]): Promise<number> {
    const column = this.numbered.get(/\bINTO (\w+)/.exec(text)?.[1] ?? '');
    if (column === undefined) throw new TypeError(`no column numbers the rows of ${text}`);
    return (await this.get<{ id: number }>(`${text} RETURNING ${column} AS id`, ...parameters))?.id ?? 0;
  }

  send(text: string, ...parameters: Parameter[]): void {
    this.keep(this.query(text, parameters));
  }

  sendRows(into: string, rows: readonly Parameter[][]): void {
    for (const { text, parameters } of rowInserts(into, rows)) this.send(text, ...parameters);
  }

  /** A statement of the engine's own, such as SAVEPOINT; like `send`. */
  exec(text: string): void {
    this.keep(this.own(text));
  }

  /** Waits for everything that was sent; throws what failed first. */
  async settle(): Promise<void> {
    const { sent } = this;
    this.sent = [];
    await Promise.allSettled(sent);
    if (this.failure !== null) throw this.failure.error;
  }

  /** Takes back to a savepoint, or all of it, and with it what failed; nothing is under way any more. */
  async takeBack(text: string): Promise<void> {
    await Promise.allSettled(this.sent);
    this.sent = [];
    await this.own(text);
    this.failure = null;
  }

  private open(): pg.Client {
    if (this.session === null) throw new TypeError('there is no transaction');
    return this.session;
  }

  private keep(sent: Promise<unknown>): void {
    // Told by `settle`.
    sent.catch(noted);
    this.sent.push(sent);
  }

  private async own(text: string): Promise<unknown> {
    return this.named(naming(this.place, this.open().query(text)));
  }

  private async query(text: string, parameters: readonly Parameter[]): Promise<pg.QueryResult> {
    return this.named(runOn(this.open(), this.place, text, parameters));
  }

  private async named<Result>(result: Promise<Result>): Promise<Result> {
    try {
      return await result;
    } catch (error) {
      if (!isAfterFailure(error)) this.failure ??= { error };
      throw this.failure?.error ?? error;
    }
  }
}
