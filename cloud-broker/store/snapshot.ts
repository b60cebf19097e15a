import { openReader } from './sqlite/connection.ts';
import { ConnectionTx } from './sqlite/tx.ts';
import type { Reads } from './tx.ts';

/** Addresses of PostgreSQL databases; anything else is the file of an embedded one. */
const isDatabaseUrl = (database: string): boolean => /^postgres(?:ql)?:\/\//.test(database);

/** Reads the database as of one moment, in a connection of its own: what is written meanwhile is not seen. `database`: its file or address. */
export async function onSnapshot<Result>(database: string, work: (tx: Reads) => Promise<Result>): Promise<Result> {
  if (isDatabaseUrl(database)) {
    const { onPostgresSnapshot } = await import('./postgres/snapshot.ts');
    return onPostgresSnapshot(database, work);
  }
  const connection = openReader(database);
  try {
    connection.exec('BEGIN');
    return await work(new ConnectionTx(connection));
  } finally {
    connection.close();
  }
}
