/** Numbers that leave the service count within their owner; data of before keeps what was shown of it. */
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { CHANGE, databaseBeside, enrol, LATER, START, temporaryFolder, testDomain, testStore } from '../../test/support/store.ts';
import { numbers } from './schema/numbers.ts';
import { listAlerts } from '../alerts/queries.ts';
import { listAudit } from '../audit/queries.ts';
import { listBlocks } from '../enrolment/queries/blocks.ts';
import { canResumeAfter, eventsAfter, newestEventId } from './events.ts';
import { migrations } from '../service/migrations.ts';

const BEFORE = migrations.indexOf(numbers);
const NUMBERED = ['events', 'audit', 'alerts'];

/** The data folder of a service of before, with two domains whose rows alternate. */
async function formerFolder(): Promise<string> {
  const folder = await temporaryFolder();
  const file = databaseBeside(join(folder, 'rollcall.db'));
  for (const migration of migrations.slice(0, BEFORE)) file.exec(migration);
  file.exec(`PRAGMA user_version = ${BEFORE}`);
  for (const [id, name] of [
    [1, 'springfield'],
    [2, 'shelbyville'],
    [3, 'quiet'],
  ])
    file
      .prepare(
        `INSERT INTO domains (id, name, organization, contact_name, phone, email, created_at, activated_at, trial_ends_at)
         VALUES (?, ?, 'O', 'C', '1', 'a@b.example', ?, ?, ?)`,
      )
      .run(id as number, name as string, START, START, START + 1);
  for (let n = 1; n <= 10; n += 1) {
    const domainId = (n % 2) + 1;
    file.prepare("INSERT INTO events (domain_id, at, type, data) VALUES (?, ?, 'device', ?)").run(domainId, START + n, '{}');
    file
      .prepare("INSERT INTO audit (domain_id, at, actor, action, subject) VALUES (?, ?, 'a', 'x', ?)")
      .run(domainId, START + n, `${n}`);
    file
      .prepare("INSERT INTO alerts (domain_id, kind, raised_at, since_at) VALUES (?, 'waiting', ?, ?)")
      .run(domainId, START + n, START);
    file
      .prepare(
        "INSERT INTO blocks (domain_id, kind, key_fingerprint, serial, since_at, actor) VALUES (?, 'blocked', ?, 'S', ?, 'a')",
      )
      .run(domainId, `key-${n}`, START);
    file
      .prepare("INSERT INTO api_keys (domain_id, name, hash, scopes, created_at, created_by) VALUES (?, ?, ?, '[]', ?, 'a')")
      .run(domainId, `key-${n}`, `hash-${n}`, START);
  }
  file.close();
  return folder;
}

test('[S4] a data folder of before opens: every number that was shown stays, and each domain goes on by itself', async () => {
  const store = await testStore(await formerFolder());
  const { reader } = store;
  const shown = async (table: string, domainId: number): Promise<number[]> =>
    (await reader.all<{ number: number }>(`SELECT number FROM ${table} WHERE domain_id = ? ORDER BY number`, domainId)).map(
      ({ number }) => number,
    );
  for (const table of NUMBERED) expect(await shown(table, 1)).toEqual([2, 4, 6, 8, 10]);
  const asked = { ...CHANGE, now: LATER, domainId: 1 };
  await store.write('liftBlock', { ...asked, blockId: '4' });
  await expect(store.write('liftBlock', { ...asked, blockId: '3' })).rejects.toMatchObject({ code: 'not-found' });
  await store.write('revokeApiKey', { ...asked, id: '6' });
  expect((await store.write('createApiKey', { ...asked, name: 'new', scopes: [], hash: 'new' })).id).toMatch(/^[\da-f]{20}$/);
  expect((await listBlocks(reader, 1, { limit: 9 }, LATER)).items.map(({ id }) => id).toSorted()).toEqual(['10', '2', '6', '8']);
  expect((await listAudit(reader, 1, { limit: 4 })).items.map(({ id }) => id)).toEqual(['13', '12', '11', '10']);
  const state = { state: 'open', limit: 9 } as const;
  expect((await listAlerts(reader, { domainId: 1, billing: true }, state)).items.map(({ id }) => id)).toEqual([
    '10',
    '8',
    '6',
    '4',
    '2',
  ]);
  expect(() => databaseBeside(store.file).exec("UPDATE audit SET actor = 'b'")).toThrow(/append-only/);
});

test('[S4] a stream of before is resumed after the upgrade without a gap, from its own last event or from another domain’s', async () => {
  const store = await testStore(await formerFolder());
  const { reader } = store;
  // 10 is the newest that any stream was given at its start; 5 belonged to the other domain.
  for (const id of [2, 4, 5, 9, 10]) expect([id, await canResumeAfter(reader, 1, id, 100)]).toEqual([id, true]);
  expect([
    await canResumeAfter(reader, 3, 10, 100),
    await canResumeAfter(reader, 3, 9, 100),
    await canResumeAfter(reader, 1, 11, 100),
  ]).toEqual([true, false, false]);
  await store.write('liftBlock', { ...CHANGE, now: START, domainId: 1, blockId: '2' });
  expect((await eventsAfter(reader, 1, 5, 100)).map(({ id }) => id).slice(0, 3)).toEqual([6, 8, 10]);
  await store.write('prune', { now: START + 30 * 86_400_000 });
  expect([await canResumeAfter(reader, 1, 4, 100), await canResumeAfter(reader, 1, await newestEventId(reader, 1), 100)]).toEqual(
    [false, true],
  );
});

test('a domain’s events are numbered from 1 without a gap, however busy others are, and no number comes again after all are forgotten', async () => {
  const store = await testStore();
  const quiet = await testDomain(store, 'springfield');
  await testDomain(store, 'shelbyville');
  const told: number[] = [];
  store.onCommitted({
    event: (events) => told.push(...events.filter(({ domainId }) => domainId === quiet).map(({ id }) => id)),
  });
  const enrolBoth = async (n: number): Promise<unknown> =>
    Promise.all([
      ...Array.from({ length: 20 }, async (_, one) => enrol(store, { domain: 'shelbyville', serial: `B-${n}-${one}` })),
      enrol(store, { domain: 'springfield', serial: `Q-${n}` }),
    ]);
  await enrolBoth(1);
  const kept = (await eventsAfter(store.reader, quiet, 0, 1000)).map(({ id }) => id);
  expect(kept).toEqual(kept.map((_, index) => index + 1));
  expect(told).toEqual(kept);
  // The first ends what waits, and tells so.
  for (const days of [30, 60]) await store.write('prune', { now: START + days * 86_400_000 });
  expect(await eventsAfter(store.reader, quiet, 0, 1000)).toEqual([]);
  const newest = await newestEventId(store.reader, quiet);
  expect(newest).toBe(kept.length + 1);
  expect(await Promise.all([newest, newest - 1].map(async (id) => canResumeAfter(store.reader, quiet, id, 100)))).toEqual([
    true,
    false,
  ]);
  await enrolBoth(2);
  expect((await eventsAfter(store.reader, quiet, 0, 1000))[0]?.id).toBe(newest + 1);
});
