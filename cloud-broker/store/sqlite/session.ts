import type { Session } from '../group-commit.ts';
import type { Connection } from './connection.ts';
import { ConnectionTx } from './tx.ts';

/** SQLite waits for other programs by itself, and nobody else writes: nothing is run again. */
export function sqliteSession(connection: Connection): Session {
  return {
    tx: new ConnectionTx(connection),
    begin: () => connection.exec('BEGIN IMMEDIATE'),
    exec: (text) => connection.exec(text),
    commit: () => connection.exec('COMMIT'),
    rollBack: () => connection.rollBack(),
    settle: () => undefined,
    again: () => false,
  };
}
