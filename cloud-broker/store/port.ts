/** What everything outside store/ knows of the database: one transaction port, whichever engine is behind it. */
import type { Issuer } from '../keys/x509.ts';
import type { EffectHandlers } from './effects.ts';
import type { Reads } from './tx.ts';

/** Every write there is, by name: who puts the service together adds them to this interface (service/operations.ts). */
export interface Operations {}

export type OperationName = keyof Operations;
export type OperationInput<Name extends OperationName> = Parameters<Operations[Name]>[1];
export type OperationOutput<Name extends OperationName> = Awaited<ReturnType<Operations[Name]>>;

/** Where everything is kept. */
export interface Store {
  /** Each statement stands for itself: two of them may see a commit between them. */
  reader: Reads;
  /** Runs one operation in a transaction. Resolves when its commit is on disk; rejects with a RollcallError, and then nothing of it was stored. */
  write<Name extends OperationName>(name: Name, input: OperationInput<Name>): Promise<OperationOutput<Name>>;
  /** Hands over the CA key, with which operations sign device certificates (S2), before the first enrolment. It stays in memory. */
  signWith(issuer: Issuer): void;
  /** Has the handlers told of each commit's effects, before the writes' own promises resolve. */
  onCommitted(handlers: EffectHandlers): void;
  /** Called after each commit with the milliseconds it took. */
  onTimed(listener: (commitMs: number) => void): void;
  /** Called where the database, its disk, or somebody outside who holds it made writes fail: with why, once for those that failed together. */
  onFault(listener: (reason: string) => void): void;
  /** Writes waiting now, and milliseconds that the last commits took. */
  figures(): { waiting: number; commitMs: readonly number[] };
  close(): Promise<void>;
}
