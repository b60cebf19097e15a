import type { Store } from '../store/port.ts';
import { demandUsed } from '../store/sqlite/own-database.ts';
import { openSqliteStore, type StoreOptions } from '../store/sqlite/store.ts';
import { migrations } from './migrations.ts';

/** `databaseUrl`: address of a PostgreSQL database; null or absent: the embedded one in `folder`. */
interface DatabaseOptions extends StoreOptions {
  databaseUrl?: string | null;
}

/** Opens the store with all migrations and operations that there are, as `openSqliteStore` or `openPostgresStore`. */
export async function openStore({ databaseUrl = null, ...options }: DatabaseOptions): Promise<Store> {
  if (databaseUrl === null) {
    return openSqliteStore({ ...options, migrations, writerThread: new URL('./writer-thread.ts', import.meta.url) });
  }
  // Loaded only where they are used: most services have the embedded database, whose operations run in a thread of their own.
  const [{ openPostgresStore }, { operations }] = await Promise.all([
    import('../store/postgres/store.ts'),
    import('./operations.ts'),
  ]);
  const { folder, ...rest } = options;
  const demandDatabase = (isUsed: boolean, place: string): void => demandUsed(folder, place, isUsed);
  return openPostgresStore({ ...rest, url: databaseUrl, migrations, operations, demandDatabase, alone: true });
}
