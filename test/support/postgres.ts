/** Databases of the run's PostgreSQL, for tests in the project `postgres` (vitest.config.ts). */
import { randomBytes } from 'node:crypto';
import pg from 'pg';
import { inject, onTestFinished } from 'vitest';
import { operations } from '../../cloud-broker/service/operations.ts';
import { migrations } from '../../cloud-broker/service/migrations.ts';
import type { Store } from '../../cloud-broker/store/port.ts';
import { openPostgresStore, type PostgresOptions } from '../../cloud-broker/store/postgres/store.ts';
import { testIssuer } from './issuer.ts';
import { TEMPLATE } from './postgres-server.ts';

/** Runs SQL as somebody beside the store would. */
export async function besidePostgres(url: string, text: string): Promise<Record<string, unknown>[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query<Record<string, unknown>>(text)).rows;
  } finally {
    await client.end();
  }
}

/** A database of the test's own with the product's schema, or with nothing in it: its address. */
export async function postgresDatabase(template = TEMPLATE): Promise<string> {
  const url = await createPostgresDatabase(template);
  onTestFinished(async () => dropPostgresDatabase(url));
  return url;
}

/** One that the caller drops. */
export async function createPostgresDatabase(template = TEMPLATE): Promise<string> {
  const name = `test_${randomBytes(8).toString('hex')}`;
  await besidePostgres(inject('postgres'), `CREATE DATABASE ${name} TEMPLATE ${template}`);
  return inject('postgres').replace('/postgres?', `/${name}?`);
}

export async function dropPostgresDatabase(url: string): Promise<void> {
  await besidePostgres(inject('postgres'), `DROP DATABASE ${new URL(url).pathname.slice(1)} WITH (FORCE)`);
}

export type PostgresTestStore = Store & { url: string; problems: string[] };

/** A store on this database, closed after the test; a test that expects problems takes them out. */
export async function postgresStore(url: string, options: Partial<PostgresOptions> = {}): Promise<PostgresTestStore> {
  const problems: string[] = [];
  const store = await openPostgresStore({
    url,
    migrations,
    operations,
    onInternalError: (message) => problems.push(message),
    ...options,
  });
  store.signWith(testIssuer);
  onTestFinished(async () => {
    await store.close();
    if (problems.length > 0) throw new Error(`the store reported: ${problems.join('; ')}`);
  });
  return Object.assign(store, { url, problems });
}
