import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Command, CommandBatch } from '../../protocol/api-commands.ts';
import { COMMAND_LIFE_MS } from './rules.ts';
import { openHarness, type Harness, type TestDomain } from '../service/testing/harness.ts';
import { Crew, type Person } from '../service/testing/users.ts';

let harness: Harness;
let crew: Crew;
let springfield: TestDomain;
let shelbyville: TestDomain;
let site: Person;
let clerk: Person;
const ids = { north: '', south: '', far: '', waiting: '' };

beforeAll(async () => {
  harness = await openHarness();
  crew = new Crew(harness);
  springfield = await harness.domain('springfield');
  shelbyville = await harness.domain('shelbyville');
  ids.north = await harness.device(springfield, 'N-1');
  ids.south = await harness.device(springfield, 'S-1');
  ids.far = await harness.device(shelbyville, 'F-1');
  ids.waiting = (await harness.enrol(springfield, 'waits')).deviceId;
  await crew.call(springfield.cookie, 'PATCH', `/devices/${ids.north}`, { tags: ['north'] });
  site = await crew.person(springfield, 'site', { role: 'admin', tags: ['north'] });
  clerk = await crew.person(springfield, 'clerk');
});
afterAll(async () => harness.close());

const ask = (id: string, body: object, cookie = springfield.cookie) => crew.call(cookie, 'POST', `/devices/${id}/commands`, body);
const many = (body: object, cookie = springfield.cookie) => crew.call(cookie, 'POST', '/commands', body);
const listed = async (id: string, query = ''): Promise<Command[]> =>
  (await crew.call(springfield.cookie, 'GET', `/devices/${id}/commands${query}`)).json?.['items'] as Command[];
const batch = async (id: unknown, cookie = springfield.cookie) =>
  (await crew.call(cookie, 'GET', `/commands/batches/${String(id)}`)).json as unknown as CommandBatch;
const end = async (id: string, commandId: string, outcome: 'done' | 'failed') =>
  harness.store.write('endCommand', {
    now: harness.now,
    deviceId: id,
    result: { type: 'result', commandId, outcome, detail: 'as the board says' },
  });

describe('[P8] a command to one device', () => {
  test('[P8] is made, listed newest first page by page, and says what became of it', async () => {
    const made = await ask(ids.south, { name: 'identify' });
    expect(made).toMatchObject({ status: 201, json: { name: 'identify', state: 'waiting', by: 'admin@springfield' } });
    await ask(ids.south, { name: 'set-tags', args: { tags: ['a', 'b', 'a'] } });
    expect(await listed(ids.south)).toMatchObject([{ name: 'set-tags', args: { tags: ['a', 'b'] } }, { name: 'identify' }]);
    const first = (await crew.call(springfield.cookie, 'GET', `/devices/${ids.south}/commands?limit=1`)).json;
    expect(first?.['items']).toMatchObject([{ name: 'set-tags' }]);
    expect(await listed(ids.south, `?limit=1&cursor=${String(first?.['nextCursor'])}`)).toMatchObject([{ name: 'identify' }]);
    await end(ids.south, String(made.json?.['id']), 'failed');
    expect((await listed(ids.south))[1]).toMatchObject({ state: 'failed', detail: 'as the board says' });
    expect((await crew.call(springfield.cookie, 'GET', `/devices/${ids.south}`)).json).toMatchObject({ tags: ['a', 'b'] });
  });

  test('[P8] has expired after 24 hours, whether or not a job has run', async () => {
    await ask(ids.north, { name: 'refresh' });
    harness.now += COMMAND_LIFE_MS - 1;
    expect((await listed(ids.north))[0]).toMatchObject({ state: 'waiting', endedAt: null });
    harness.now += 1;
    const [over] = await listed(ids.north);
    expect(over).toMatchObject({ state: 'expired', endedAt: over?.expiresAt });
  });

  test('[P8] refuses what it does not know, what waits for approval, and too much at once', async () => {
    for (const body of [{ name: 'unenroll' }, { name: 'set-tags' }, { name: 'identify', args: { tags: ['a'] } }, {}])
      expect(await ask(ids.north, body)).toMatchObject({ status: 400, json: { code: 'invalid-request' } });
    expect(await ask(ids.waiting, { name: 'identify' })).toMatchObject({ status: 409, json: { code: 'conflict' } });
    const busy = await harness.device(springfield, 'B-1');
    for (let n = 0; n < 20; n += 1) await ask(busy, { name: 'set-tags', args: { tags: [`t${n}`] } });
    expect(await ask(busy, { name: 'identify' })).toMatchObject({ status: 409, json: { code: 'too-many-waiting' } });
    await crew.call(springfield.cookie, 'DELETE', `/devices/${busy}`, {});
    expect(await listed(busy)).toHaveLength(20);
  });

  test('[P8] [D6] is for admins, and only for devices that they see', async () => {
    expect((await ask(ids.north, { name: 'identify' }, clerk.cookie)).status).toBe(403);
    expect((await ask(ids.south, { name: 'identify' }, site.cookie)).status).toBe(404);
    expect((await crew.call(site.cookie, 'GET', `/devices/${ids.south}/commands`)).status).toBe(404);
    expect((await ask(ids.north, { name: 'identify' }, site.cookie)).status).toBe(201);
    expect((await crew.call(clerk.cookie, 'GET', `/devices/${ids.north}/commands`)).status).toBe(200);
  });
});

describe('[P8] a command to many devices', () => {
  test('[P8] [A4] a selection: who got none is named, and another domain’s is as one that never was', async () => {
    const asked = { name: 'refresh', ids: [ids.north, ids.south, ids.far, ids.waiting, 'nobody', ids.north] };
    const { status, json } = await many(asked);
    expect(status).toBe(201);
    expect(json).toMatchObject({ commands: 2, refusedCount: 3 });
    expect(json?.['refused']).toEqual([
      { deviceId: ids.far, reason: 'not-found' },
      { deviceId: 'nobody', reason: 'not-found' },
      { deviceId: ids.waiting, reason: 'not-enrolled' },
    ]);
    const commands = await harness.store.reader.all('SELECT 1 AS found FROM commands WHERE device_id = ?', ids.far);
    expect(commands).toEqual([]);
  });

  test('[P8] all that a filter shows, and what became of it; joined ones count in both', async () => {
    const one = await many({ name: 'identify', filter: { tag: 'north' } });
    expect(one.json).toMatchObject({ commands: 1, refused: [], refusedCount: 0 });
    const all = await many({ name: 'identify', filter: {} });
    expect(all.json).toMatchObject({ commands: 2, refused: [], refusedCount: 0 });
    expect((await many({ name: 'identify', filter: { q: 's-1', status: 'never' } })).json).toMatchObject({ commands: 1 });
    expect((await many({ name: 'identify', filter: { status: 'offline' } })).json).toMatchObject({ commands: 0 });
    const waiting = (await listed(ids.north)).find(({ name, state }) => name === 'identify' && state === 'waiting');
    await end(ids.north, waiting?.id ?? '', 'done');
    expect(await batch(all.json?.['batch'])).toEqual({
      batch: all.json?.['batch'],
      name: 'identify',
      commands: 2,
      states: { waiting: 1, sent: 0, delivered: 0, done: 1, failed: 0, expired: 0 },
    });
    expect((await batch(one.json?.['batch'])).states).toMatchObject({ waiting: 0, done: 1 });
    harness.now += COMMAND_LIFE_MS;
    expect((await batch(all.json?.['batch'])).states).toMatchObject({ expired: 1, done: 1 });
  });

  test('[P8] [D6] by a user with tags: no further than what they see, in what is asked and in what is counted', async () => {
    const whole = await many({ name: 'refresh', filter: {} });
    const part = await many({ name: 'identify', filter: {} }, site.cookie);
    expect(part.json).toMatchObject({ commands: 1 });
    const picked = await many({ name: 'identify', ids: [ids.south] }, site.cookie);
    expect(picked.json).toMatchObject({ commands: 0, refused: [{ deviceId: ids.south, reason: 'not-found' }] });
    expect((await batch(whole.json?.['batch'], site.cookie)).commands).toBe(1);
    expect((await batch(whole.json?.['batch'])).commands).toBe(2);
    expect((await many({ name: 'identify', filter: {} }, clerk.cookie)).status).toBe(403);
  });

  test('[P8] takes ids or a filter, at most 1,000 ids', async () => {
    const tooMany = Array.from({ length: 1001 }, (_, n) => `d-${n}`);
    for (const body of [{}, { ids: [] }, { ids: tooMany }, { ids: [ids.north], filter: {} }])
      expect((await many({ name: 'identify', ...body })).status).toBe(400);
  });
});
