import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Device, DevicesPage } from '../../../protocol/api.ts';
import { openHarness, type Harness, type TestDomain } from '../../service/testing/harness.ts';

/** More than are sooner sorted than met in the order of all. */
const DEVICES = 300;
let harness: Harness;
let domain: TestDomain;

beforeAll(async () => {
  harness = await openHarness();
  domain = await harness.domain('springfield');
  for (let n = 0; n < DEVICES; n += 1) {
    if (n % 7 === 0) harness.now += 1000;
    await harness.device(domain, `SERIAL-${n}`, n);
  }
});
afterAll(async () => harness.close());

async function walk(sort: string): Promise<Device[]> {
  const devices: Device[] = [];
  for (let cursor = ''; ;) {
    const url = `/api/v1/devices?sort=${sort}&limit=90${cursor === '' ? '' : `&cursor=${cursor}`}`;
    const { items, nextCursor } = (await harness.request('GET', url, { cookie: domain.cookie })).json as DevicesPage;
    devices.push(...items);
    if (nextCursor === null) return devices;
    cursor = nextCursor;
  }
}
const idsOf = (devices: readonly Device[]): string[] => devices.map(({ id }) => id);

test('[A1] an order in memory holds each device once, and follows what changes, comes and goes', async () => {
  for (const sort of ['since', 'model', 'firmware']) {
    const ascending = idsOf(await walk(sort));
    expect(new Set(ascending).size).toBe(DEVICES);
    expect(idsOf(await walk(`-${sort}`))).toEqual(ascending.toReversed());
  }
  const before = await walk('since');
  const times = before.map(({ statusSince }) => statusSince);
  expect(times).toEqual(times.toSorted());
  const [oldest = '', second = '', ...others] = idsOf(before);
  harness.now += 60_000;
  const transitions = [{ deviceId: oldest, status: 'late' as const, since: harness.now, how: null }];
  await harness.store.write('flushPresence', { now: harness.now, rows: [], births: [], running: [], transitions });
  expect(idsOf(await walk('since'))).toEqual([second, ...others, oldest]);
  await harness.request('DELETE', `/api/v1/devices/${second}`, { cookie: domain.cookie, body: {} });
  expect(idsOf(await walk('since'))).toEqual([...others, oldest]);
  harness.now += 60_000;
  const newest = await harness.device(domain, 'SERIAL-NEW', DEVICES);
  expect(idsOf(await walk('since'))).toEqual([...others, oldest, newest]);
  expect(idsOf(await walk('-model')).toSorted()).toEqual([...others, oldest, newest].toSorted());
});
