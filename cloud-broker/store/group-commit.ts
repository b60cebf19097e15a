/**
 * Group commit, the same on every engine: operations that wait together share one transaction, and a refused one does not affect the others. Operations never change their input,
 * because they may run twice.
 */
import { RollcallError } from '../../protocol/errors.ts';
import type { SignDeviceCertificate } from '../keys/device-certificates.ts';
import { addNotes, correlationIdOf, noNotes, storeNotes, WriteContext, type Notes } from './commit.ts';
import { DatabaseFault } from './database-fault.ts';
import type { Effect } from './effects.ts';
import type { OperationName, Operations } from './port.ts';
import type { Tx } from './tx.ts';

/** Maximum operations per commit. Bounds how long the first of a batch waits. */
export const MAX_BATCH = 128;

/** Maximum requests waiting for the database; beyond it the answer is `busy`, so that memory stays bounded. */
export const MAX_WAITING = 20_000;

export interface WriteRequest {
  id: number;
  name: OperationName;
  input: unknown;
}

export type WriteReply =
  | { id: number; ok: true; output: unknown }
  | { id: number; ok: false; code: string; message: string; details?: Record<string, unknown> };

export interface CommitReport {
  replies: WriteReply[];
  /** Effects of the commit. */
  effects: Effect[];
  /** The error of the database or its disk, if any. */
  fault: string | null;
  /** Milliseconds from BEGIN to the return of COMMIT. */
  commitMs: number;
}

/** The one connection that writes, and how its engine begins and ends a transaction. */
export interface Session {
  readonly tx: Tx;
  begin(): void | Promise<void>;
  exec(text: string): void | Promise<void>;
  /** Throws only if nothing of the transaction is stored. */
  commit(): void | Promise<void>;
  /** Does not throw. */
  rollBack(): void | Promise<void>;
  /** Waits until what the operation requested has been done; throws if some of it failed. */
  settle(): void | Promise<void>;
  /** Whether a transaction that failed so for the `tries`-th time should run again, decisions included; waits as long as it should. */
  again(error: unknown, tries: number): boolean | Promise<boolean>;
}

/**
 * For the disk, the way to the database or another program that locks it: the engine may have rolled back by itself, and the other operations of the batch would fail, or wait, in
 * the same way. A damaged page affects only operations that read it.
 */
function failsAll(error: unknown): boolean {
  return error instanceof DatabaseFault && error.code !== 'database-damaged';
}

type Committing = Pick<CommitReport, 'replies' | 'effects'>;

export class GroupCommit {
  private readonly session: Session;
  private readonly operations: Operations;
  /** Until the CA key is handed over: the keys are opened once the database has told whether there are devices. */
  signCertificate: SignDeviceCertificate = () => {
    throw new Error('the writer has no key to sign with');
  };
  /** Of the running batch. */
  private fault: string | null = null;

  constructor(session: Session, operations: Operations) {
    this.session = session;
    this.operations = operations;
  }

  private refusal(id: number, error: unknown): WriteReply {
    if (error instanceof DatabaseFault) this.fault = error.reason;
    if (error instanceof RollcallError) {
      return { id, ok: false, code: error.code, message: error.message, ...(error.details ? { details: error.details } : {}) };
    }
    return { id, ok: false, code: 'internal', message: error instanceof Error ? (error.stack ?? error.message) : String(error) };
  }

  private async run(request: WriteRequest, notes: Notes): Promise<WriteReply> {
    const operation = this.operations[request.name] as (context: WriteContext, input: unknown) => unknown;
    const context = new WriteContext(this.session.tx, notes, this.signCertificate, correlationIdOf(request.input));
    return { id: request.id, ok: true, output: await operation(context, request.input) };
  }

  private async runInSavepoint(request: WriteRequest, notes: Notes): Promise<WriteReply> {
    const { session } = this;
    const own = noNotes();
    await session.exec('SAVEPOINT operation');
    try {
      const reply = await this.run(request, own);
      await session.settle();
      await session.exec('RELEASE operation');
      addNotes(notes, own);
      return reply;
    } catch (error) {
      if (failsAll(error)) throw error;
      await session.exec('ROLLBACK TO operation');
      await session.exec('RELEASE operation');
      return this.refusal(request.id, error);
    }
  }

  /** Throws if an operation without a savepoint throws, or if nothing can be stored; then nothing of the batch is stored. */
  private async commit(batch: readonly WriteRequest[], withSavepoints: boolean): Promise<Committing> {
    const { session } = this;
    const notes = noNotes();
    await session.begin();
    try {
      const replies: WriteReply[] = [];
      for (const request of batch)
        replies.push(await (withSavepoints ? this.runInSavepoint(request, notes) : this.run(request, notes)));
      const effects = await storeNotes(session.tx, notes);
      await session.commit();
      return { replies, effects };
    } catch (error) {
      await session.rollBack();
      throw error;
    }
  }

  /** Refusals are rare and savepoints cost a sixth of an enrolment, so the batch first runs without them. */
  private async commitOrRefuse(batch: readonly WriteRequest[]): Promise<Committing> {
    const refuseAll = (error: unknown): Committing => ({
      replies: batch.map(({ id }) => this.refusal(id, error)),
      effects: [],
    });
    let withSavepoints = false;
    for (let tries = 1; ; tries += 1) {
      try {
        return await this.commit(batch, withSavepoints);
      } catch (error) {
        if (await this.session.again(error, tries)) continue;
        if (withSavepoints || batch.length === 1 || failsAll(error)) return refuseAll(error);
        withSavepoints = true;
      }
    }
  }

  /** Runs and commits these operations, and says what became of each. Never rejects. */
  async runBatch(batch: readonly WriteRequest[]): Promise<CommitReport> {
    const started = performance.now();
    this.fault = null;
    const done = await this.commitOrRefuse(batch);
    return { ...done, fault: this.fault, commitMs: performance.now() - started };
  }
}
