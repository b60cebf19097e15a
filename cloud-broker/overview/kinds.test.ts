import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { deviceHealth } from '../../protocol/api-health.ts';
import { kinds, type KindList } from '../../protocol/api-overview.ts';
import { devicesPage } from '../../protocol/api.ts';
import { openHarness, type Harness, type TestDomain } from '../service/testing/harness.ts';
import { Crew } from '../service/testing/users.ts';

const HOUR_MS = 3_600_000;
let harness: Harness;
let crew: Crew;
let springfield: TestDomain;
let shelbyville: TestDomain;
const ids: string[] = [];
beforeAll(async () => {
  harness = await openHarness();
  crew = new Crew(harness);
  springfield = await harness.domain('springfield');
  shelbyville = await harness.domain('shelbyville');
  for (let n = 0; n < 4; n += 1) ids.push(await harness.device(springfield, `S-${n}`));
  await harness.enrol(springfield, 'WAITS-1');
});
afterAll(async () => harness.close());

async function born(deviceId: string, firmware: string, status: 'online' | 'late' | null = 'online'): Promise<void> {
  await harness.store.write('flushPresence', {
    now: harness.now,
    rows: [],
    births: [{ deviceId, agentVersion: '1.0.0', firmware }],
    running: [],
    transitions: status === null ? [] : [{ deviceId, status, since: harness.now, how: null }],
  });
}

async function kindsOf(cookie: string) {
  return kinds.parse((await crew.call(cookie, 'GET', '/overview/kinds')).json);
}

/** Each number is the total of the list that it opens. */
async function expectLists(cookie: string, of: 'model' | 'firmware', { items }: KindList): Promise<void> {
  for (const { value, devices, online } of items) {
    if (value === null) continue;
    const list = async (more = '') =>
      devicesPage.parse((await crew.call(cookie, 'GET', `/devices?${of}=${encodeURIComponent(value)}${more}`)).json);
    const [all, there] = [await list(), await list('&status=online')];
    expect([value, all.total, there.total]).toEqual([value, devices, online]);
    for (const item of all.items) expect(item[of]).toBe(value);
  }
}

describe('how many devices there are of each model and firmware', () => {
  test('[P1] each number is that of its list, from the first look on and after every change', async () => {
    const { cookie } = springfield;
    expect((await kindsOf(cookie)).models).toEqual({
      items: [{ value: 'MX-65', devices: 5, online: 0 }],
      others: { kinds: 0, devices: 0 },
    });
    const [first = '', second = '', third = '', fourth = ''] = ids;
    await born(first, '2.1');
    await born(second, '2.1');
    await born(third, '2.0', 'late');
    const told = await kindsOf(cookie);
    expect(told.firmwares.items).toEqual([
      { value: null, devices: 2, online: 0 },
      { value: '2.1', devices: 2, online: 2 },
      { value: '2.0', devices: 1, online: 0 },
    ]);
    await expectLists(cookie, 'firmware', told.firmwares);
    await expectLists(cookie, 'model', told.models);
    // A display that is updated while it is online, one that goes, one that is turned away.
    await born(first, '2.2', null);
    await harness.request('DELETE', `/api/v1/devices/${fourth}`, { cookie });
    const later = await kindsOf(cookie);
    expect(later.firmwares.items).toEqual([
      { value: null, devices: 1, online: 0 },
      { value: '2.0', devices: 1, online: 0 },
      { value: '2.1', devices: 1, online: 1 },
      { value: '2.2', devices: 1, online: 1 },
    ]);
    await expectLists(cookie, 'firmware', later.firmwares);
    expect(later.models.items).toEqual([{ value: 'MX-65', devices: 4, online: 2 }]);
    // What no device has any more is gone.
    await born(second, '2.2', null);
    expect((await kindsOf(cookie)).firmwares.items.map(({ value }) => value)).toEqual(['2.2', null, '2.0']);
  });

  test('[D6] a user with tags is told of their devices only, and when these change', async () => {
    const [first = '', second = ''] = ids;
    const tag = async (id: string, tags: string[]) =>
      harness.request('PATCH', `/api/v1/devices/${id}`, { cookie: springfield.cookie, body: { tags } });
    await tag(first, ['north', 'hall']);
    const { cookie } = await crew.person(springfield, 'clerk', { tags: ['north'] });
    expect((await kindsOf(cookie)).models.items).toEqual([{ value: 'MX-65', devices: 1, online: 1 }]);
    await tag(second, ['north']);
    const told = await kindsOf(cookie);
    expect(told.models.items).toEqual([{ value: 'MX-65', devices: 2, online: 2 }]);
    await expectLists(cookie, 'firmware', told.firmwares);
    await tag(first, []);
    expect((await kindsOf(cookie)).models.items).toEqual([{ value: 'MX-65', devices: 1, online: 1 }]);
    expect((await kindsOf(springfield.cookie)).models.items).toEqual([{ value: 'MX-65', devices: 4, online: 2 }]);
  });

  test('[A4] another domain is told of none of them; beside the most frequent the others are summed up', async () => {
    const nothing = { items: [], others: { kinds: 0, devices: 0 } };
    expect(await kindsOf(shelbyville.cookie)).toEqual({ models: nothing, firmwares: nothing, tags: nothing });
    for (let n = 0; n < 14; n += 1) await born(await harness.device(shelbyville, `B-${n}`), `1.${String(n).padStart(2, '0')}`);
    const { firmwares } = await kindsOf(shelbyville.cookie);
    expect([firmwares.items.length, firmwares.items[0]?.value, firmwares.others]).toEqual([12, '1.00', { kinds: 2, devices: 2 }]);
  });
});

describe('GET /devices/:id/health', () => {
  const health = async (id: string, cookie = springfield.cookie) => crew.call(cookie, 'GET', `/devices/${id}/health`);

  test('[P1] what was heard since the service listens, by the hour; a birth without a heartbeat adds nothing', async () => {
    const [, id = ''] = ids;
    const live = { connected: true, lastHeartbeatAt: harness.now, health: { cpuPercent: 20, temperatureC: 41 } };
    harness.presence.heard(id, live);
    harness.presence.heard(id, live);
    harness.now += HOUR_MS;
    harness.presence.heard(id, { ...live, lastHeartbeatAt: harness.now, health: { cpuPercent: 40 } });
    const told = deviceHealth.parse((await health(id)).json);
    expect(
      told.hours.slice(-3).map(({ heartbeats, cpuPercent, temperatureC }) => [heartbeats, cpuPercent, temperatureC]),
    ).toEqual([
      [0, null, null],
      [1, 20, 41],
      [1, 40, null],
    ]);
    expect(told.hours.at(-1)?.at).toBe(new Date(harness.now).toISOString());
    // The test's service was built at 0.
    expect(told).toMatchObject({ since: new Date(0).toISOString(), to: new Date(harness.now).toISOString() });
  });

  test('[A4] [D6] is not found by another domain, nor by a user whose tags the device has not', async () => {
    const [first = '', second = ''] = ids;
    expect((await health(second, shelbyville.cookie)).status).toBe(404);
    const { cookie } = await crew.person(springfield, 'porter', { tags: ['north'] });
    expect((await health(second, cookie)).status).toBe(200);
    expect((await health(first, cookie)).status).toBe(404);
  });
});
