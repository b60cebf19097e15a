/** What only PostgreSQL can do to a store: lose a session in a COMMIT, make a transaction run again, take other writers in. */
import { describe, expect, test } from 'vitest';
import pg from 'pg';
import { migrations } from '../../service/migrations.ts';
import { operations } from '../../service/operations.ts';
import { CommitProxy } from '../../../test/support/commit-proxy.ts';
import { besidePostgres, postgresDatabase, postgresStore, type PostgresTestStore } from '../../../test/support/postgres.ts';
import { balanceOf, enrolled, listBoards, START, testDomain } from '../../../test/support/store.ts';
import { placeOf } from './connection.ts';
import { LOCK } from './session.ts';

const atOnce = async (): Promise<void> => undefined;

/** A write that cannot happen twice: it would be refused as `internal`. */
const once = async (store: PostgresTestStore, id: string): Promise<unknown> =>
  store.write('accountStatement', {
    text: `INSERT INTO auth_verification ("id", "identifier", "value", "expiresAt", "createdAt", "updatedAt") VALUES (?, 'i', 'v', 'e', 'c', 'u') RETURNING "id"`,
    parameters: [id],
  });

const idsIn = async (store: PostgresTestStore): Promise<string[]> =>
  (await store.reader.all<{ id: string }>('SELECT "id" FROM auth_verification ORDER BY "id"')).map(({ id }) => id);

describe('a session that is lost in its COMMIT', () => {
  test.each(['before it', 'after it'] as const)('[E2] and the line is cut %s: everything is stored, once', async (cutAt) => {
    const direct = await postgresDatabase();
    const proxy = await CommitProxy.open(direct);
    const faults: string[] = [];
    const store = await postgresStore(proxy.url, { wait: atOnce });
    store.onFault((reason) => faults.push(reason));
    await once(store, '0');
    proxy.cutAt = cutAt;
    await Promise.all(['a', 'b', 'c'].map(async (id) => once(store, id)));
    expect(proxy.cuts).toBe(1);
    await once(store, 'd');
    expect(await idsIn(store)).toEqual(['0', 'a', 'b', 'c', 'd']);
    expect(faults).toEqual([]);
  });

  test('[E2] is not answered for as long as nobody can be asked, and then is', async () => {
    const direct = await postgresDatabase();
    const proxy = await CommitProxy.open(direct);
    const heard = Promise.withResolvers<void>();
    const back = Promise.withResolvers<void>();
    const store = await postgresStore(proxy.url, { wait: async () => back.promise });
    store.onFault(() => heard.resolve());
    await once(store, 'a');
    proxy.cutAt = 'after it';
    proxy.refuses = true;
    const written = once(store, 'b');
    await heard.promise;
    expect(store.figures().waiting).toBe(1);
    proxy.refuses = false;
    back.resolve();
    await written;
    expect(await idsIn(store)).toEqual(['a', 'b']);
  });
});

/** The next transactions that store a verification fail so, as often as this. */
const failing = (state: string, times: number): string => `
  CREATE SEQUENCE failed;
  CREATE FUNCTION fail() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    IF nextval('failed') <= ${times} THEN RAISE EXCEPTION USING MESSAGE = 'try again', ERRCODE = '${state}'; END IF;
    RETURN NEW;
  END $$;
  CREATE TRIGGER fail BEFORE INSERT ON auth_verification FOR EACH ROW EXECUTE FUNCTION fail()`;

describe('a transaction that PostgreSQL wants to run again', () => {
  test.each([
    ['40001', 9],
    ['40P01', 1],
  ])('[E2] for %s is run again', async (state, times) => {
    const tries: number[] = [];
    const store = await postgresStore(await postgresDatabase(), { wait: async (n) => void tries.push(n) });
    await besidePostgres(store.url, failing(state, times));
    await once(store, 'a');
    expect(await idsIn(store)).toEqual(['a']);
    expect(tries).toHaveLength(times);
  });

  test('[E2] is refused as busy after ten tries, with nothing of it stored', async () => {
    const store = await postgresStore(await postgresDatabase(), { wait: atOnce });
    const faults: string[] = [];
    store.onFault((reason) => faults.push(reason));
    await besidePostgres(store.url, failing('40001', 10));
    await expect(once(store, 'a')).rejects.toMatchObject({ code: 'busy' });
    expect(faults).toEqual(['try again']);
    expect(await idsIn(store)).toEqual([]);
    await once(store, 'a');
  });

  test('[E2] but a violated guard is refused at once', async () => {
    const store = await postgresStore(await postgresDatabase(), { wait: atOnce });
    await once(store, 'a');
    const results = await Promise.allSettled([once(store, 'b'), once(store, 'a'), once(store, 'c')]);
    expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
    expect(store.problems.splice(0)).toEqual([expect.stringContaining('duplicate key')]);
    expect(await idsIn(store)).toEqual(['a', 'b', 'c']);
  });
});

test('[E2] sessions that are ended between two writes are replaced', async () => {
  const store = await postgresStore(await postgresDatabase(), { wait: atOnce });
  await once(store, 'a');
  await idsIn(store);
  const others =
    'SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()';
  await besidePostgres(store.url, others);
  await once(store, 'b');
  await expect.poll(async () => idsIn(store).catch(() => null)).toEqual(['a', 'b']);
});

test('[E2] two processes write one after the other, and number events without a gap', async () => {
  const url = await postgresDatabase();
  const stores = await Promise.all([postgresStore(url, { maxBatch: 4 }), postgresStore(url, { maxBatch: 4 })]);
  const [store] = stores;
  await testDomain(store, 'springfield');
  const boards = Array.from({ length: 40 }, (_, n) => ({ serial: `SN-${n}`, credits: n + 1 }));
  await listBoards(store, boards);
  const outcomes = await Promise.all(boards.map(async ({ serial }, n) => enrolled(stores[n % 2] ?? store, { serial })));
  expect(new Set(outcomes.map(({ deviceId }) => deviceId)).size).toBe(40);
  expect(await balanceOf(store, 'springfield')).toBe(820);
  expect(await store.reader.get('SELECT count(*) AS n, max(n) AS last FROM transfers')).toEqual({ n: 40, last: 40 });
  const { n, last } =
    (await store.reader.get<{ n: number; last: number }>('SELECT count(*) AS n, max(number) AS last FROM events')) ?? {};
  expect(n).toBeGreaterThanOrEqual(120);
  expect(last).toBe(n);
});

test('[E2] nobody writes while another process does', async () => {
  const store = await postgresStore(await postgresDatabase());
  const other = new pg.Client({ connectionString: store.url });
  await other.connect();
  await other.query(`BEGIN; ${LOCK}`);
  const written = once(store, 'a');
  const waiting = async (): Promise<unknown> =>
    (await other.query("SELECT count(*)::int AS n FROM pg_locks WHERE locktype = 'advisory' AND NOT granted")).rows;
  await expect.poll(waiting).toEqual([{ n: 1 }]);
  expect(await idsIn(store)).toEqual([]);
  await other.query('COMMIT');
  await written;
  await other.end();
});

test('[E2] a statement whose result nobody uses fails its own operation, and no other', async () => {
  const liftBlock: typeof operations.liftBlock = async ({ tx }, { blockId }) => {
    for (const n of blockId === 'b' ? [1, 2] : [1])
      tx.send('INSERT INTO device_keys (fingerprint, serial_key, first_seen_at) VALUES (?, ?, ?)', blockId, 's', n);
  };
  const store = await postgresStore(await postgresDatabase(), { operations: { ...operations, liftBlock } });
  const results = await Promise.allSettled(
    ['a', 'b', 'c'].map(async (blockId) =>
      store.write('liftBlock', { now: START, domainId: 1, blockId, actor: 'a', address: '' }),
    ),
  );
  expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
  expect(await store.reader.all('SELECT fingerprint AS id FROM device_keys ORDER BY fingerprint')).toEqual([
    { id: 'a' },
    { id: 'c' },
  ]);
  expect(store.problems.splice(0)).toEqual([expect.stringContaining('device_keys_pkey')]);
});

test('what is written is what was handed in, whatever becomes of it afterwards', async () => {
  const store = await postgresStore(await postgresDatabase());
  const input = { now: START, name: 'springfield', email: 'a@b.example', organization: 'O', contactName: 'C', phone: '1' };
  const written = store.write('createDomain', input);
  input.name = 'shelbyville';
  await written;
  expect(await store.reader.all('SELECT name FROM domains')).toEqual([{ name: 'springfield' }]);
});

describe('opening', () => {
  test('[S4] makes the schema in an empty database once, whoever comes first', async () => {
    const url = await postgresDatabase('template0');
    await Promise.all([postgresStore(url), postgresStore(url), postgresStore(url)]);
    expect(await besidePostgres(url, 'SELECT version::int, length(hash) AS length FROM schema_migrations')).toEqual([
      { version: 10, length: 16 },
    ]);
  });

  test('[S4] runs a migration that is new, with its guards', async () => {
    const url = await postgresDatabase();
    const next = `CREATE TABLE hats (id INTEGER PRIMARY KEY, name TEXT NOT NULL) STRICT;
      CREATE TRIGGER hats_stay BEFORE DELETE ON hats WHEN OLD.name <> '' BEGIN SELECT RAISE(ABORT, 'hats stay'); END;
      INSERT INTO hats (name) SELECT name FROM domains;
      DROP TRIGGER an_ended_command_stays_ended;`;
    await postgresStore(url, { migrations: [...migrations, next] });
    await expect(besidePostgres(url, "INSERT INTO hats (name) VALUES ('top'); DELETE FROM hats")).rejects.toThrow('hats stay');
    await expect(postgresStore(url)).rejects.toThrow('newer version (schema 11, this one knows 10)');
    await expect(postgresStore(url, { migrations: [...migrations, `${next} DROP TABLE hats;`] })).rejects.toThrow(
      'schema 11 is not the one',
    );
  });

  test('[S1] asks before anything is made', async () => {
    const url = await postgresDatabase('template0');
    const asked: unknown[] = [];
    const demandDatabase = (...given: unknown[]): void => {
      asked.push(...given);
      throw new Error('not this one');
    };
    await expect(postgresStore(url, { demandDatabase })).rejects.toThrow('not this one');
    expect(asked).toEqual([false, placeOf(url)]);
    expect(await besidePostgres(url, "SELECT 1 FROM pg_tables WHERE schemaname = 'public'")).toEqual([]);
  });

  test('[S1] says where it cannot be reached, and nothing secret', async () => {
    const url = 'postgresql://someone:s3cret@127.0.0.1:1/rollcall?sslmode=disable';
    const refused = postgresStore(url, { wait: atOnce });
    await expect(refused).rejects.toMatchObject({
      code: 'database-unusable',
      details: { file: 'postgresql://127.0.0.1:1/rollcall' },
    });
    await expect(refused).rejects.not.toThrow(/s3cret/);
    expect(JSON.stringify(await refused.catch((error: { details: unknown }) => error.details))).not.toContain('s3cret');
  });
});

test('what was committed more than an hour ago is forgotten', async () => {
  const store = await postgresStore(await postgresDatabase());
  await besidePostgres(
    store.url,
    "INSERT INTO done_operations VALUES ('old', now() - interval '61 minutes'), ('young', now() - interval '59 minutes')",
  );
  await once(store, 'a');
  const ids = (await besidePostgres(store.url, 'SELECT id FROM done_operations ORDER BY at')).map(({ id }) => id);
  expect(ids).toEqual(['young', expect.stringMatching(/^[\da-f-]{36}$/)]);
});
