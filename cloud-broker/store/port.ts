/** What code outside store/ knows of the database: one transaction port, whichever engine is behind it. */
import type { Issuer } from '../keys/x509.ts';
import type { EffectHandlers } from './effects.ts';
import type { Reads } from './tx.ts';

/** Every write there is, by name: who puts the service together adds them to this interface (service/operations.ts). */
export interface Operations {}

export type OperationName = keyof Operations;
export type OperationInput<Name extends OperationName> = Parameters<Operations[Name]>[1];
export type OperationOutput<Name extends OperationName> = Awaited<ReturnType<Operations[Name]>>;

/** Where all data is kept. */
export interface Store {
  /** Each statement runs on its own: a commit may happen between two of them. */
  reader: Reads;
  /**
   * Runs one operation in a transaction. Resolves when its commit is on disk; rejects with a RollcallError, in which case nothing of it was stored.
   */
  write<Name extends OperationName>(name: Name, input: OperationInput<Name>): Promise<OperationOutput<Name>>;
  /** Hands over the CA key, with which operations sign device certificates (S2), before the first enrolment. It stays in memory. */
  signWith(issuer: Issuer): void;
  /** Calls the handlers with each commit's effects, before the promises of the writes resolve. */
  onCommitted(handlers: EffectHandlers): void;
  /** Called after each commit with its duration in milliseconds. */
  onTimed(listener: (commitMs: number) => void): void;
  /** Called with the reason when the database, its disk, or another program that locks it made writes fail: once for those that failed together. */
  onFault(listener: (reason: string) => void): void;
  /** Writes waiting now, and the duration of recent commits in milliseconds. */
  figures(): { waiting: number; commitMs: readonly number[] };
  close(): Promise<void>;
}
