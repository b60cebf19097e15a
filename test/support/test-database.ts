/** Tests of a real store may be repeated on PostgreSQL: `ROLLCALL_TEST_STORE=postgres npx vitest run` (vitest.config.ts). */

/** Whether this run repeats them there. */
export const isOnPostgres = process.env['ROLLCALL_TEST_STORE'] === 'postgres';

const databases = new Map<string, Promise<string>>();

/** Address of the database for a store in this folder; null: the embedded one. It is the same one each time. */
export async function databaseUrlOf(folder: string): Promise<string | null> {
  if (!isOnPostgres) return null;
  const { createPostgresDatabase } = await import('./postgres.ts');
  const url = databases.get(folder) ?? createPostgresDatabase();
  databases.set(folder, url);
  return url;
}

/** To be called when the folder is removed. */
export async function dropDatabaseOf(folder: string): Promise<void> {
  const url = databases.get(folder);
  if (url === undefined) return;
  databases.delete(folder);
  const { dropPostgresDatabase } = await import('./postgres.ts');
  await dropPostgresDatabase(await url);
}
