import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { noNotes, storeNotes, WriteContext } from '../../cloud-broker/store/context.ts';
import type { Effect, EffectKind, EffectOf } from '../../cloud-broker/store/effects.ts';
import {
  operations,
  type OperationInput,
  type OperationName,
  type OperationOutput,
} from '../../cloud-broker/store/operations/index.ts';
import { openWriter, type Sql } from '../../cloud-broker/store/sql.ts';
import type { Store } from '../../cloud-broker/store/store.ts';
import { CHANGE, START, temporaryFolder, testDomain } from './store.ts';

/**
 * The store's operations on a real file, each in a transaction of its own, but in this thread and without waiting for the
 * disk: for tests of many small steps. The writer thread and its group commit are tested with the real store.
 */
export class InProcessStore implements Store {
  readonly file: string;
  readonly reader: Sql;
  /** Everything that became true so far. */
  committed: Effect[] = [];

  constructor(folder: string) {
    this.file = join(folder, 'rollcall.db');
    this.reader = openWriter(this.file);
    this.reader.exec('PRAGMA synchronous = OFF');
  }

  /** One transaction: what throws leaves nothing. */
  transaction<T>(work: (context: WriteContext) => T): T {
    const notes = noNotes();
    this.reader.exec('BEGIN IMMEDIATE');
    try {
      const result = work(new WriteContext(this.reader, notes));
      const effects = storeNotes(this.reader, notes);
      this.reader.exec('COMMIT');
      this.committed.push(...effects);
      return result;
    } catch (error) {
      this.reader.exec('ROLLBACK');
      throw error;
    }
  }

  async write<Name extends OperationName>(name: Name, input: OperationInput<Name>): Promise<OperationOutput<Name>> {
    const operation = operations[name] as (context: WriteContext, input: OperationInput<Name>) => OperationOutput<Name>;
    return this.transaction((context) => operation(context, input));
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
    this.reader.close();
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
