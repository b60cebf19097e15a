import type { Store } from '../store/port.ts';
import { openSqliteStore, type StoreOptions } from '../store/sqlite/store.ts';
import { migrations } from './migrations.ts';

/** Opens the store with all migrations and operations that there are, as `openSqliteStore`. */
export async function openStore(options: StoreOptions): Promise<Store> {
  return openSqliteStore({ ...options, migrations, writerThread: new URL('./writer-thread.ts', import.meta.url) });
}
