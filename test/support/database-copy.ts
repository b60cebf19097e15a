import { copyFile, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { databaseBeside } from './store.ts';

/**
 * What is on the disk of a service that was killed, read from a copy: opening the files themselves would do the recovery that
 * is the restarted service's own to do.
 */
export async function readDatabase<Row>(folder: string, query: string): Promise<Row[]> {
  const copy = await mkdtemp(join(tmpdir(), 'rollcall-copy-'));
  try {
    await copyFile(join(folder, 'rollcall.db'), join(copy, 'rollcall.db'));
    await copyFile(join(folder, 'rollcall.db-wal'), join(copy, 'rollcall.db-wal')).catch(() => undefined);
    const database = databaseBeside(join(copy, 'rollcall.db'));
    try {
      return database.prepare(query).all() as Row[];
    } finally {
      database.close();
    }
  } finally {
    await rm(copy, { recursive: true, force: true });
  }
}
