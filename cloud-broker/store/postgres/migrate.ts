import { createHash } from 'node:crypto';
import pg from 'pg';
import { RollcallError } from '../../../protocol/errors.ts';
import { configOf } from './connection.ts';
import { naming } from './faults.ts';
import type { Migration } from './schema.ts';
import { LOCK } from './session.ts';

const LEAST_VERSION = 15;

/** The engine's own tables. The rows of `done_operations` are transactions that were committed lately. */
const OWN_TABLES = `
CREATE TABLE IF NOT EXISTS schema_migrations (version BIGINT PRIMARY KEY, hash TEXT NOT NULL, at TIMESTAMPTZ NOT NULL DEFAULT now());
CREATE TABLE IF NOT EXISTS done_operations (id TEXT PRIMARY KEY, at TIMESTAMPTZ NOT NULL DEFAULT now());
CREATE INDEX IF NOT EXISTS done_operations_by_time ON done_operations (at);
`;

/** What a migration is recognised by. */
export const hashOf = (text: string): string => createHash('sha256').update(text).digest('hex').slice(0, 16);

type Query = <Row extends pg.QueryResultRow>(text: string, values?: unknown[]) => Promise<Row[]>;

async function demandSuitable(query: Query, place: string): Promise<void> {
  const [{ encoding, version } = { encoding: '', version: '' }] = await query<{ encoding: string; version: string }>(
    "SELECT current_setting('server_encoding') AS encoding, current_setting('server_version') AS version",
  );
  const unusable = (reason: string): RollcallError => new RollcallError('database-unusable', { file: place, reason });
  if (Number.parseInt(version, 10) < LEAST_VERSION) throw unusable(`PostgreSQL ${version} is older than ${LEAST_VERSION}`);
  if (encoding !== 'UTF8') throw unusable(`the database has the encoding ${encoding}, not UTF8`);
}

/** Runs what is missing; refuses a database of a newer version, or one whose migrations were others. */
async function runMissing(query: Query, migrations: readonly Migration[]): Promise<void> {
  await query(OWN_TABLES);
  const done = await query<{ version: number; hash: string }>('SELECT version, hash FROM schema_migrations');
  const newest = Math.max(0, ...done.map(({ version }) => version));
  const known = migrations.at(-1)?.version ?? 0;
  if (newest > known) throw new Error(`the database was written by a newer version (schema ${newest}, this one knows ${known})`);
  for (const { version, text } of migrations) {
    const hash = hashOf(text);
    const before = done.find((row) => row.version === version);
    if (before !== undefined && before.hash !== hash)
      throw new Error(`the database's schema ${version} is not the one that this version knows`);
    if (before !== undefined) continue;
    await query(text);
    await query('INSERT INTO schema_migrations (version, hash) VALUES ($1, $2)', [version, hash]);
  }
}

/** Whether this database was the product's before. */
const IS_USED = "SELECT 1 FROM pg_tables WHERE tablename = 'schema_migrations' AND schemaname = ANY (current_schemas(false))";

/** Brings the schema up to date, in one transaction that nobody writes beside. `demand` is told in it whether the database was used before; it may throw. */
export async function migrate(
  url: string,
  place: string,
  migrations: readonly Migration[],
  demand: (isUsed: boolean) => void,
): Promise<void> {
  const client = new pg.Client({ ...configOf(url), pipeline: false });
  client.on('error', () => undefined);
  const query: Query = async <Row extends pg.QueryResultRow>(text: string, values?: unknown[]) =>
    (await naming(place, client.query<Row>(text, values))).rows;
  try {
    await naming(place, client.connect());
    await demandSuitable(query, place);
    await query('BEGIN');
    await query(LOCK);
    demand((await query(IS_USED)).length > 0);
    await runMissing(query, migrations);
    await query('COMMIT');
  } finally {
    await client.end().catch(() => undefined);
  }
}
