import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { DevicesPage } from '../../../protocol/api.ts';
import { deviceSorts } from '../../../protocol/api.ts';
import { openHarness, type Harness, type TestDomain } from '../../service/testing/harness.ts';
import { isOnPostgres } from '../../../test/support/test-database.ts';

let harness: Harness;
let domain: TestDomain;

beforeAll(async () => {
  harness = await openHarness();
  domain = await harness.domain('springfield');
  for (let n = 0; n < 5; n += 1) await harness.device(domain, `SERIAL-${n}`);
  await harness.enrol(domain, 'WAITS-1');
});

afterAll(async () => harness.close());

describe('what lists are read from keeps step', () => {
  const find = async (query: Record<string, string>): Promise<{ ids: string[]; total: number }> => {
    const url = `/api/v1/devices?${new URLSearchParams(query).toString()}`;
    const { items, total } = (await harness.request('GET', url, { cookie: domain.cookie })).json as DevicesPage;
    return { ids: items.map(({ id }) => id), total };
  };

  test('[A1] a search knows of every change at once', async () => {
    expect(await find({ q: 'planetarium' })).toEqual({ ids: [], total: 0 });
    const id = await harness.device(domain, 'STEP-1');
    expect(await find({ q: 'step-1' })).toEqual({ ids: [id], total: 1 });
    await harness.request('PATCH', `/api/v1/devices/${id}`, {
      cookie: domain.cookie,
      body: { label: 'Planetarium', tags: ['dome'] },
    });
    for (const sort of deviceSorts) expect(await find({ q: 'planetarium', sort })).toEqual({ ids: [id], total: 1 });
    expect(await find({ q: 'planetarium', tag: 'dome' })).toEqual({ ids: [id], total: 1 });
    expect(await find({ q: 'planetarium', tag: 'even' })).toEqual({ ids: [], total: 0 });
    const transitions = [{ deviceId: id, status: 'late' as const, since: harness.now, how: null }];
    await harness.store.write('flushPresence', { now: harness.now, rows: [], births: [], running: [], transitions });
    expect(await find({ q: 'planetarium', status: 'late' })).toEqual({ ids: [id], total: 1 });
    expect(await find({ q: 'planetarium', status: 'never' })).toEqual({ ids: [], total: 0 });
    await harness.request('DELETE', `/api/v1/devices/${id}`, { cookie: domain.cookie, body: {} });
    expect(await find({ q: 'planetarium' })).toEqual({ ids: [], total: 0 });
    expect(await harness.device(domain, 'STEP-1')).toBe(id);
    expect(await find({ q: 'planetarium', tag: 'dome' })).toEqual({ ids: [id], total: 1 });
  });

  test.skipIf(isOnPostgres)('counts and tags are those of the devices, whatever was done to them', async () => {
    const { reader } = harness.store;
    const id = await harness.device(domain, 'STEP-2');
    const change = async (body: object): Promise<unknown> =>
      harness.request('PATCH', `/api/v1/devices/${id}`, { cookie: domain.cookie, body });
    const held = async (): Promise<unknown> => [
      await reader.all('SELECT domain_id, tag, status, devices FROM device_counts WHERE devices > 0 ORDER BY 1, 2, 3'),
      await reader.all('SELECT device_id, tag, domain_id, status, label, enrolled_at FROM device_tags ORDER BY 1, 2'),
    ];
    const actual = async (): Promise<unknown> => [
      await reader.all(`SELECT domain_id, tag, status, count(*) AS devices FROM (
        SELECT domain_id, '' AS tag, status FROM devices WHERE state <> 'unenrolled' UNION ALL
        SELECT domain_id, value, status FROM devices, json_each(tags) WHERE state <> 'unenrolled') GROUP BY 1, 2, 3 ORDER BY 1, 2, 3`),
      await reader.all(`SELECT devices.id AS device_id, value AS tag, domain_id, status, label, enrolled_at FROM devices, json_each(tags)
        WHERE state <> 'unenrolled' ORDER BY 1, 2`),
    ];
    expect(await held()).toEqual(await actual());
    await change({ tags: ['one', 'two'] });
    expect(await held()).toEqual(await actual());
    await change({ label: 'Other', tags: ['two', 'three'] });
    expect(await held()).toEqual(await actual());
    const transitions = [{ deviceId: id, status: 'offline' as const, since: harness.now, how: 'lost' as const }];
    await harness.store.write('flushPresence', { now: harness.now, rows: [], births: [], running: [], transitions });
    expect(await held()).toEqual(await actual());
    await harness.request('DELETE', `/api/v1/devices/${id}`, { cookie: domain.cookie, body: {} });
    expect(await held()).toEqual(await actual());
    await harness.device(domain, 'STEP-2');
    expect(await held()).toEqual(await actual());
  });
});
