import pg from 'pg';
import { RollcallError } from '../../../protocol/errors.ts';
import { MAX_WAITING } from '../group-commit.ts';
import type { Parameter, Reads } from '../tx.ts';
import { configOf, runOn } from './connection.ts';
import { naming } from './faults.ts';

const MAX_SESSIONS = 4;

interface ReadSession {
  /** Rejects if it could not be opened; it is then no longer used. */
  opened: Promise<pg.Client>;
  /** Statements that wait for their answer. */
  waiting: number;
}

/** Reads in a few sessions: each statement sees what was committed when it runs, and none can change anything. */
export class PostgresReader implements Reads {
  private readonly url: string;
  private readonly place: string;
  private sessions: ReadSession[] = [];
  private waiting = 0;
  private isClosed = false;

  constructor(url: string, place: string) {
    this.url = url;
    this.place = place;
  }

  async all<Row>(text: string, ...parameters: Parameter[]): Promise<Row[]> {
    return await this.rows<Row>(text, parameters);
  }

  async get<Row>(text: string, ...parameters: Parameter[]): Promise<Row | null> {
    return (await this.rows<Row>(text, parameters))[0] ?? null;
  }

  /** Earlier requests are still answered. */
  async close(): Promise<void> {
    this.isClosed = true;
    await Promise.allSettled(this.sessions.map(async ({ opened }) => (await opened).end()));
  }

  private async rows<Row>(text: string, parameters: readonly Parameter[]): Promise<Row[]> {
    if (this.isClosed) throw new RollcallError('internal', { reason: 'the store is closed' });
    if (this.waiting >= MAX_WAITING) throw new RollcallError('busy');
    const session = this.leastBusy();
    session.waiting += 1;
    this.waiting += 1;
    try {
      return (await runOn(await session.opened, this.place, text, parameters)).rows as Row[];
    } finally {
      session.waiting -= 1;
      this.waiting -= 1;
    }
  }

  /** Another session is opened only where all others have something to do. */
  private leastBusy(): ReadSession {
    const [first, ...others] = this.sessions;
    let least = first;
    for (const session of others) if (session.waiting < (least?.waiting ?? 0)) least = session;
    if (least !== undefined && (least.waiting === 0 || this.sessions.length === MAX_SESSIONS)) return least;
    const session: ReadSession = { opened: this.open(() => this.forget(session)), waiting: 0 };
    session.opened.catch(() => this.forget(session));
    this.sessions.push(session);
    return session;
  }

  private async open(onEnd: () => void): Promise<pg.Client> {
    const client = new pg.Client(configOf(this.url));
    // What is under way is told by its own promise.
    client.on('error', onEnd).on('end', onEnd);
    await naming(this.place, client.connect());
    await naming(this.place, client.query('SET default_transaction_read_only = on'));
    return client;
  }

  private forget(session: ReadSession): void {
    this.sessions = this.sessions.filter((other) => other !== session);
  }
}
