import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Device } from '../../../protocol/api.ts';
import { openHarness, type Harness, type TestDomain } from '../../service/testing/harness.ts';
import { Crew, type Person } from '../../service/testing/users.ts';
import { isOnPostgres } from '../../../test/support/test-database.ts';

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

const post = (path: string, body: object, cookie = springfield.cookie) => crew.call(cookie, 'POST', `/devices/${path}`, body);
const tagsOf = async (id: string): Promise<unknown> =>
  JSON.parse((await harness.store.reader.get<{ tags: string }>('SELECT tags FROM devices WHERE id = ?', id))?.tags ?? 'null');
const stateOf = async (id: string): Promise<unknown> => harness.store.reader.get('SELECT state FROM devices WHERE id = ?', id);
const audited = async (action: string, id: string): Promise<number> =>
  (await harness.store.reader.all('SELECT 1 AS found FROM audit WHERE action = ? AND subject = ?', action, id)).length;

describe('tags of several devices', () => {
  test('[A4] of a selection: who got none is named, and another domain’s is as one that never was', async () => {
    const before = await audited('device.changed', ids.north);
    const made = await post('tags', { ids: [ids.north, ids.south, ids.far, 'nobody', ids.north], add: ['hall', 'north'] });
    expect(made).toMatchObject({ status: 200, json: { changedCount: 2, unchanged: 0, refusedCount: 2 } });
    expect(made.json?.['refused']).toEqual([
      { deviceId: ids.far, reason: 'not-found' },
      { deviceId: 'nobody', reason: 'not-found' },
    ]);
    expect([await tagsOf(ids.north), await tagsOf(ids.south), await tagsOf(ids.far)]).toEqual([
      ['north', 'hall'],
      ['hall', 'north'],
      [],
    ]);
    expect(await audited('device.changed', ids.north)).toBe(before + 1);
    const back = await post('tags', { ids: [ids.north, ids.south], remove: ['hall'] });
    expect(back.json).toMatchObject({ changed: [ids.north, ids.south], changedCount: 2 });
    await post('tags', { ids: [ids.south], remove: ['north'] });
    expect(await tagsOf(ids.south)).toEqual([]);
  });

  test('[D6] of a filter, and only of devices that the user sees', async () => {
    expect((await post('tags', { filter: {}, add: ['seen'] }, site.cookie)).json).toMatchObject({ changed: [ids.north] });
    expect((await post('tags', { ids: [ids.south], add: ['seen'] }, site.cookie)).json).toMatchObject({
      changedCount: 0,
      refused: [{ deviceId: ids.south, reason: 'not-found' }],
    });
    expect((await post('tags', { filter: {}, add: ['x'] }, clerk.cookie)).status).toBe(403);
    expect((await post('tags', { filter: { q: 'n-1' }, remove: ['seen'] })).json).toMatchObject({ changed: [ids.north] });
    expect((await post('tags', { filter: { tag: 'nothing' }, add: ['x'] })).json).toMatchObject({
      changedCount: 0,
      unchanged: 0,
    });
  });

  test('[A6] what cannot be is refused: nothing to change, a tag both ways, unreadable, too many', async () => {
    const some = { ids: [ids.south] };
    for (const body of [
      some,
      { ...some, add: ['a'], remove: ['a'] },
      { ...some, add: ['a\u202eb'] },
      { ...some, filter: {}, add: ['a'] },
      { add: ['a'] },
      { ids: Array.from({ length: 1001 }, String), add: ['a'] },
    ])
      expect(await post('tags', body)).toMatchObject({ status: 400, json: { code: 'invalid-request' } });
    const many = Array.from({ length: 32 }, (_, n) => `t${n}`);
    await post('tags', { ...some, add: many });
    expect((await post('tags', { ...some, add: ['t32'] })).json).toMatchObject({
      refused: [{ deviceId: ids.south, reason: 'too-many-tags' }],
    });
    await post('tags', { ...some, remove: many });
    expect(await tagsOf(ids.south)).toEqual([]);
  });
});

describe('serials that somebody pasted', () => {
  test('[E12] are found trimmed and without case; the missing are named as they were written', async () => {
    const asked = { serials: [' n-1 ', 'S-1', 'nowhere-7', 'F-1', 'WAITS', 's-1', ''] };
    const { json } = await post('find', asked, clerk.cookie);
    const found = ((json?.['found'] ?? []) as Device[]).map(({ id }) => id);
    expect(found.toSorted()).toEqual([ids.north, ids.south, ids.waiting].toSorted());
    expect(json?.['missing']).toEqual(['nowhere-7', 'F-1']);
  });

  test('[D6] are missing where the user does not see their devices', async () => {
    const { json } = await post('find', { serials: ['N-1', 'S-1'] }, site.cookie);
    expect([((json?.['found'] ?? []) as Device[]).map(({ id }) => id), json?.['missing']]).toEqual([[ids.north], ['S-1']]);
    expect((await post('find', { serials: Array.from({ length: 501 }, String) })).status).toBe(400);
  });

  test.skipIf(isOnPostgres)('[E12] are looked up by their index, whatever the size of the domain', async () => {
    const plan = await harness.store.reader.all<{ detail: string }>(
      `EXPLAIN QUERY PLAN SELECT d.id FROM json_each(?) asked CROSS JOIN devices d ON d.serial_key = asked.value
        WHERE d.domain_id = ? AND d.state <> 'unenrolled'`,
      '[]',
      1,
    );
    expect(plan.map(({ detail }) => detail).join('\n')).toMatch(/SEARCH d USING (?:COVERING )?INDEX one_device_a_serial/);
  });
});

describe('unenrolling several devices', () => {
  test('[E9] [A4] ends what the user may end, and names the rest', async () => {
    const [one, two] = [await harness.device(springfield, 'U-1'), await harness.device(springfield, 'U-2')];
    expect((await post('unenrol', { ids: [one] }, clerk.cookie)).status).toBe(403);
    expect((await post('unenrol', { ids: [one] }, site.cookie)).json).toMatchObject({ unenrolled: [] });
    expect(await stateOf(one)).toEqual({ state: 'enrolled' });
    const made = await post('unenrol', { ids: [one, two, ids.waiting, ids.far] });
    expect(made.json).toEqual({
      unenrolled: [one, two],
      refused: [
        { deviceId: ids.far, reason: 'not-found' },
        { deviceId: ids.waiting, reason: 'not-enrolled' },
      ],
    });
    expect([await stateOf(one), await stateOf(two), await stateOf(ids.far)]).toEqual([
      { state: 'unenrolled' },
      { state: 'unenrolled' },
      { state: 'enrolled' },
    ]);
    expect(await audited('device.unenrolled', two)).toBe(1);
  });
});

describe('the list as CSV', () => {
  const csv = async (query: string, cookie = springfield.cookie) =>
    (await harness.request('GET', `/api/v1/devices.csv${query}`, { cookie })).text.split('\r\n').slice(1, -1);

  test('[A6] is the whole list of its filter, and runs nothing in a spreadsheet', async () => {
    await crew.call(springfield.cookie, 'PATCH', `/devices/${ids.south}`, { label: '=1+1', tags: ['a, b', 'c;d'] });
    const { total } = (await crew.call(springfield.cookie, 'GET', '/devices?limit=1')).json as { total: number };
    const rows = await csv('');
    expect(rows).toHaveLength(total);
    expect(rows.find((row) => row.startsWith(ids.south))).toContain(`S-1,'=1+1,"[""a, b"",""c;d""]",`);
    expect(await csv('?q=n-1&sort=-since')).toHaveLength(1);
    expect(await csv('?model=none')).toEqual([]);
  });

  test('[D6] holds the devices that the user sees', async () => {
    const rows = await csv('', site.cookie);
    expect(rows.map((row) => row.split(',')[0])).toEqual([ids.north]);
  });
});
