import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { noNotes, storeNotes, WriteContext } from '../../cloud-broker/store/commit.ts';
import type { Effect, EffectKind, EffectOf } from '../../cloud-broker/store/effects.ts';
import { migrations } from '../../cloud-broker/service/migrations.ts';
import { operations } from '../../cloud-broker/service/operations.ts';
import type { Session } from '../../cloud-broker/store/group-commit.ts';
import { numberColumns } from '../../cloud-broker/store/postgres/schema.ts';
import { openWriter } from '../../cloud-broker/store/sqlite/connection.ts';
import { sqliteSession } from '../../cloud-broker/store/sqlite/session.ts';
import type { Tx } from '../../cloud-broker/store/tx.ts';
import { deviceCertificateSigner, type SignDeviceCertificate } from '../../cloud-broker/keys/device-certificates.ts';
import type { OperationInput, OperationName, OperationOutput, Store } from '../../cloud-broker/store/port.ts';
import { testIssuer } from './issuer.ts';
import { CHANGE, START, temporaryFolder, testDomain } from './store.ts';
import { databaseUrlOf } from './test-database.ts';

const sign = deviceCertificateSigner(testIssuer);

interface Engine {
  file: string;
  session: Session;
  exec(text: string): void;
  close(): void | Promise<void>;
}

function sqliteEngine(folder: string): Engine {
  const file = join(folder, 'rollcall.db');
  const connection = openWriter(file, migrations);
  connection.exec('PRAGMA synchronous = OFF');
  return {
    file,
    session: sqliteSession(connection),
    exec: (text) => connection.exec(text),
    close: () => connection.close(),
  };
}

/** The engine of this run (test-database.ts). */
async function engineIn(folder: string): Promise<Engine> {
  const url = await databaseUrlOf(folder);
  if (url === null) return sqliteEngine(folder);
  const { PostgresSession } = await import('../../cloud-broker/store/postgres/session.ts');
  const session = new PostgresSession({
    url,
    place: url,
    alone: false,
    numbered: numberColumns(migrations),
    wait: async () => undefined,
    onFault: () => undefined,
  });
  // Statements beside transactions run in the session of the first.
  await session.begin();
  await session.commit();
  const exec = (): never => {
    throw new Error('this is of SQLite alone');
  };
  return { file: url, session, exec, close: async () => session.close() };
}

/**
 * The store's operations on a real file, each in a transaction of its own, but in this thread and without waiting for the
 * disk: for tests of many small steps. The writer thread and its group commit are tested with the real store.
 */
export class InProcessStore implements Store {
  /** The file, or the address of the database. */
  readonly file: string;
  /** Outside of `transaction` each statement is one of its own. */
  readonly reader: Tx;
  private readonly engine: Engine;
  private last: Promise<void> = Promise.resolve();
  /** Everything that became true so far. */
  committed: Effect[] = [];
  /** For which devices a certificate was signed, whether or not it was stored. */
  readonly signed: string[] = [];

  constructor(folder: string, engine: Engine = sqliteEngine(folder)) {
    this.engine = engine;
    this.file = engine.file;
    this.reader = engine.session.tx;
  }

  /** SQL as somebody outside of the operations would run it; SQLite's own. */
  exec(text: string): void {
    this.engine.exec(text);
  }

  /** One transaction, behind those that were asked for before: what throws leaves nothing. */
  async transaction<T>(work: (context: WriteContext) => Promise<T> | T): Promise<T> {
    const before = this.last;
    const own = Promise.withResolvers<void>();
    this.last = own.promise;
    await before;
    try {
      return await this.alone(work);
    } finally {
      own.resolve();
    }
  }

  private async alone<T>(work: (context: WriteContext) => Promise<T> | T): Promise<T> {
    const notes = noNotes();
    const { session } = this.engine;
    await session.begin();
    try {
      const result = await work(new WriteContext(this.reader, notes, (device) => this.sign(device)));
      const effects = await storeNotes(this.reader, notes);
      await session.commit();
      this.committed.push(...effects);
      return result;
    } catch (error) {
      await session.rollBack();
      throw error;
    }
  }

  private sign(device: Parameters<SignDeviceCertificate>[0]): ReturnType<SignDeviceCertificate> {
    this.signed.push(device.deviceId);
    return sign(device);
  }

  async write<Name extends OperationName>(name: Name, input: OperationInput<Name>): Promise<OperationOutput<Name>> {
    const operation = operations[name] as (context: WriteContext, input: OperationInput<Name>) => Promise<OperationOutput<Name>>;
    return this.transaction(async (context) => operation(context, input));
  }

  /** The effects of one kind, of those that are in `committed`. */
  committedOf<Kind extends EffectKind>(kind: Kind): EffectOf<Kind>[] {
    return this.committed.filter((effect): effect is EffectOf<Kind> => effect.kind === kind);
  }

  /** Device events since the last call: the ids, those removed with a minus before them. */
  deviceEvents(): string[] {
    const events = this.committedOf('event');
    this.committed = this.committed.filter(({ kind }) => kind !== 'event');
    return events.flatMap((event) =>
      event.type === 'device' ? [`${event.data.removed === true ? '-' : ''}${event.data.deviceId}`] : [],
    );
  }

  signWith(): void {
    throw new Error('it signs with a key of its own');
  }

  onCommitted(): void {
    throw new Error('what was committed is in `committed`');
  }

  onTimed(): void {
    throw new Error('nothing is timed here');
  }

  onFault(): void {
    throw new Error('what fails is thrown');
  }

  figures(): { waiting: number; commitMs: readonly number[] } {
    return { waiting: 0, commitMs: [] };
  }

  async close(): Promise<void> {
    await this.engine.close();
  }
}

/** Closed and removed after the test. */
export async function inProcessStore(): Promise<InProcessStore> {
  const folder = await temporaryFolder();
  const store = new InProcessStore(folder, await engineIn(folder));
  onTestFinished(() => store.close());
  return store;
}

export interface TwoDomains {
  store: InProcessStore;
  /** Of springfield. */
  domainId: number;
  /** Lets springfield take unlisted boards without an approval. */
  accept: () => Promise<void>;
  unenrol: (id: string, now?: number) => Promise<void>;
}

/** Springfield and shelbyville, both in their trial. */
export async function twoDomains(): Promise<TwoDomains> {
  const store = await inProcessStore();
  const domainId = await testDomain(store, 'springfield');
  await testDomain(store, 'shelbyville');
  return {
    store,
    domainId,
    accept: () =>
      store.write('setEnrolmentPolicy', {
        now: START,
        name: 'springfield',
        actor: 'a',
        unlisted: 'accept',
        pairing: null,
        previousUntil: null,
      }),
    unenrol: (id, now = START) => store.write('unenrol', { id, domainId, now, ...CHANGE }),
  };
}
