import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { noNotes, storeNotes, WriteContext } from '../../cloud-broker/store/commit.ts';
import type { Effect, EffectKind, EffectOf } from '../../cloud-broker/store/effects.ts';
import { migrations } from '../../cloud-broker/service/migrations.ts';
import { operations } from '../../cloud-broker/service/operations.ts';
import { openWriter, type Connection } from '../../cloud-broker/store/sqlite/connection.ts';
import { ConnectionTx } from '../../cloud-broker/store/sqlite/tx.ts';
import type { Tx } from '../../cloud-broker/store/tx.ts';
import { deviceCertificateSigner, type SignDeviceCertificate } from '../../cloud-broker/keys/device-certificates.ts';
import type { OperationInput, OperationName, OperationOutput, Store } from '../../cloud-broker/store/port.ts';
import { testIssuer } from './issuer.ts';
import { CHANGE, START, temporaryFolder, testDomain } from './store.ts';

const sign = deviceCertificateSigner(testIssuer);

/**
 * The store's operations on a real file, each in a transaction of its own, but in this thread and without waiting for the
 * disk: for tests of many small steps. The writer thread and its group commit are tested with the real store.
 */
export class InProcessStore implements Store {
  readonly file: string;
  readonly reader: Tx;
  private readonly connection: Connection;
  private last: Promise<void> = Promise.resolve();
  /** Everything that became true so far. */
  committed: Effect[] = [];
  /** For which devices a certificate was signed, whether or not it was stored. */
  readonly signed: string[] = [];

  constructor(folder: string) {
    this.file = join(folder, 'rollcall.db');
    this.connection = openWriter(this.file, migrations);
    this.connection.exec('PRAGMA synchronous = OFF');
    this.reader = new ConnectionTx(this.connection);
  }

  /** SQL as somebody outside of the operations would run it. */
  exec(text: string): void {
    this.connection.exec(text);
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
    this.connection.exec('BEGIN IMMEDIATE');
    try {
      const result = await work(new WriteContext(this.reader, notes, (device) => this.sign(device)));
      const effects = await storeNotes(this.reader, notes);
      this.connection.exec('COMMIT');
      this.committed.push(...effects);
      return result;
    } catch (error) {
      this.connection.exec('ROLLBACK');
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
    this.connection.close();
  }
}

/** Closed and removed after the test. */
export async function inProcessStore(): Promise<InProcessStore> {
  const store = new InProcessStore(await temporaryFolder());
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
