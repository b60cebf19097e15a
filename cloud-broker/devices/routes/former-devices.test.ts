import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Device, DevicesPage, HistoryPage } from '../../../protocol/api.ts';
import { openHarness, type Harness, type TestDomain } from '../../service/testing/harness.ts';
import { Crew } from '../../service/testing/users.ts';

const DAY_MS = 86_400_000;
let harness: Harness;
let crew: Crew;
let springfield: TestDomain;
const ids = { kept: '', returned: '' };

/** Two boards of springfield's that were unenrolled: one long after its grant, one a day after it. */
beforeAll(async () => {
  harness = await openHarness();
  crew = new Crew(harness);
  springfield = await harness.domain('springfield');
  ids.kept = await harness.device(springfield, 'K-1', 40);
  await crew.call(springfield.cookie, 'PATCH', `/devices/${ids.kept}`, { label: 'Aula', tags: ['north'] });
  harness.now += 4 * DAY_MS;
  ids.returned = await harness.device(springfield, 'R-1', 7);
  harness.now += DAY_MS;
  for (const id of [ids.kept, ids.returned])
    expect((await crew.call(springfield.cookie, 'DELETE', `/devices/${id}`, {})).status).toBe(204);
});
afterAll(async () => harness.close());

const get = async <Json>(cookie: string, url: string): Promise<Json> => {
  const { status, json } = await crew.call(cookie, 'GET', url);
  expect(status).toBe(200);
  return json as unknown as Json;
};

describe('a device that is enrolled no more', () => {
  test('[L7] every history row with a device leads to it, also after it was unenrolled', async () => {
    const { items } = await get<HistoryPage>(springfield.cookie, '/billing/history');
    expect(items).toMatchObject([
      { n: 3, kind: 'reversal', credits: -7, device: ids.returned, serial: 'R-1', reverses: 2 },
      { n: 2, kind: 'enrolment', credits: 7, device: ids.returned },
      { n: 1, kind: 'enrolment', credits: 40, device: ids.kept, label: 'Aula' },
    ]);
    expect(items[1]).not.toHaveProperty('reverses');
    const unenrolledAt = new Date(harness.now).toISOString();
    for (const { device } of items) {
      expect(await get<Device>(springfield.cookie, `/devices/${device}`)).toMatchObject({
        id: device,
        status: 'offline',
        connected: false,
        flapping: false,
        statusSince: unenrolledAt,
        unenrolledAt,
        pending: null,
      });
    }
  });

  test('[E14] what it brought is what stayed', async () => {
    expect((await get<Device>(springfield.cookie, `/devices/${ids.kept}`)).credits).toEqual({ granted: 40, reason: 'granted' });
    expect((await get<Device>(springfield.cookie, `/devices/${ids.returned}`)).credits).toMatchObject({ granted: 0 });
  });

  test('[L7] is in no list, search or count, and nothing of it can be changed', async () => {
    for (const url of ['/devices', '/devices?q=Aula', '/devices?status=offline', '/devices?tag=north'])
      expect(await get<DevicesPage>(springfield.cookie, url)).toMatchObject({ items: [], total: 0 });
    expect(await get(springfield.cookie, '/devices/counts')).toMatchObject({ all: 0, offline: 0 });
    for (const [method, url, body] of [
      ['PATCH', '', { label: 'Hall' }],
      ['DELETE', '', {}],
      ['POST', '/approve', {}],
      ['POST', '/reject', {}],
    ] as const)
      expect((await crew.call(springfield.cookie, method, `/devices/${ids.kept}${url}`, body)).json).toMatchObject({
        code: 'not-found',
      });
  });

  test('[A4] [D6] is not there for another domain, nor for whom its tags hid; those who saw it still see it named in the history', async () => {
    const shelbyville = await harness.domain('shelbyville');
    const south = await crew.person(springfield, 'south', { tags: ['south'], billing: true });
    const north = await crew.person(springfield, 'north', { tags: ['north'], billing: true });
    for (const { cookie } of [shelbyville, south])
      expect((await crew.call(cookie, 'GET', `/devices/${ids.kept}`)).json).toMatchObject({ code: 'not-found' });
    expect(await get<Device>(north.cookie, `/devices/${ids.kept}`)).toMatchObject({ label: 'Aula' });
    expect((await get<HistoryPage>(north.cookie, '/billing/history')).items[2]).toMatchObject({
      device: ids.kept,
      label: 'Aula',
    });
    const hidden = JSON.stringify(await get(south.cookie, '/billing/history'));
    for (const text of [ids.kept, ids.returned, 'Aula', 'K-1']) expect(hidden).not.toContain(text);
  });

  test('[E9] enrolled again it is the same device, without an end', async () => {
    expect((await harness.enrol(springfield, 'K-1', 'a new key')).deviceId).toBe(ids.kept);
    const device = await get<Device>(springfield.cookie, `/devices/${ids.kept}`);
    expect(device).toMatchObject({ status: 'never', label: 'Aula', tags: ['north'] });
    expect(device).not.toHaveProperty('unenrolledAt');
  });
});
