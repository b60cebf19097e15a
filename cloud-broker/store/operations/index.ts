/** Every write there is, by name. Each runs in the writer thread, in a savepoint of its own. */
import { approve } from './approve.ts';
import { changeDevice, liftBlock, prune, reject, unenrol } from './devices.ts';
import { activateDomain, createDomain, setEnrolmentPolicy } from './domains.ts';
import { enrol } from './enrol.ts';
import { flushPresence } from './presence.ts';
import { importBoards } from './register.ts';
import { accountStatement } from './statement.ts';

export const operations = {
  enrol,
  approve,
  reject,
  liftBlock,
  unenrol,
  changeDevice,
  prune,
  flushPresence,
  importBoards,
  createDomain,
  activateDomain,
  setEnrolmentPolicy,
  accountStatement,
} as const;

type Operations = typeof operations;
export type OperationName = keyof Operations;
export type OperationInput<Name extends OperationName> = Parameters<Operations[Name]>[1];
export type OperationOutput<Name extends OperationName> = ReturnType<Operations[Name]>;
