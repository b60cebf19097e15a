import { afterAll, beforeAll, expect, test } from 'vitest';
import { attention, kinds } from '../../protocol/api-overview.ts';
import { devicesPage } from '../../protocol/api.ts';
import { openHarness, type Harness, type TestDomain } from '../service/testing/harness.ts';
import { Crew } from '../service/testing/users.ts';

const DAY_MS = 86_400_000;
let harness: Harness;
let domain: TestDomain;
/** Three with the tag north, two with south, four with neither. */
const ids: string[] = [];

beforeAll(async () => {
  harness = await openHarness();
  domain = await harness.domain('springfield');
  for (let n = 0; n < 9; n += 1) {
    const id = await harness.device(domain, `S-${n}`);
    ids.push(id);
    const tags = n < 3 ? ['north'] : n < 5 ? ['south', 'hall'] : [];
    await harness.request('PATCH', `/api/v1/devices/${id}`, { cookie: domain.cookie, body: { tags } });
    await becomes(id, 'online');
  }
});
afterAll(async () => harness.close());

async function becomes(deviceId: string, status: 'online' | 'offline'): Promise<void> {
  const how = status === 'offline' ? ('lost' as const) : null;
  const transitions = [{ deviceId, status, since: harness.now, how }];
  await harness.store.write('flushPresence', { now: harness.now, rows: [], births: [], running: [], transitions });
}
const told = async (cookie = domain.cookie) =>
  attention.parse((await harness.request('GET', '/api/v1/overview/attention', { cookie })).json);
const total = async (query: string, cookie = domain.cookie): Promise<number> =>
  devicesPage.parse((await harness.request('GET', `/api/v1/devices?${query}`, { cookie })).json).total;

test('[P7] a group is dark when all its displays are offline and most of the domain is there: at night none is', async () => {
  expect((await told()).dark).toEqual([]);
  for (const id of ids.slice(0, 2)) await becomes(id, 'offline');
  expect((await told()).dark).toEqual([]);
  for (const id of ids.slice(2, 4)) await becomes(id, 'offline');
  // South is two displays, too few for a group.
  expect((await told()).dark).toEqual([{ tag: 'north', offline: 3 }]);
  expect(await total('tag=north&status=offline')).toBe(3);
  for (const id of ids.slice(4)) await becomes(id, 'offline');
  expect((await told()).dark).toEqual([]);
  for (const id of ids.slice(3)) await becomes(id, 'online');
});

test('[P2] each number is the total of the list that it opens; a user with tags is told of their devices only', async () => {
  const crew = new Crew(harness);
  harness.presence.heard(ids[0] ?? '', { connected: true, lastHeartbeatAt: null, health: null, flapping: true });
  harness.presence.heard(ids[8] ?? '', { connected: true, lastHeartbeatAt: null, health: null, flapping: true });
  harness.now += 8 * DAY_MS;
  const cookie = await harness.signIn('admin@springfield');
  expect(await told(cookie)).toEqual({ unstable: 2, silent: 3, dark: [{ tag: 'north', offline: 3 }] });
  const clerk = await crew.person(domain, 'clerk', { tags: ['south'] });
  expect(await told(clerk.cookie)).toEqual({ unstable: 0, silent: 0, dark: [] });
  for (const who of [cookie, clerk.cookie]) {
    const { unstable, silent } = await told(who);
    expect([await total('unstable=true', who), await total('silent=before-7d', who)]).toEqual([unstable, silent]);
  }
});

test('[D6] tags are counted with what is online, the most frequent first; of users with tags none', async () => {
  const cookie = await harness.signIn('admin@springfield');
  const tagsOf = async (who: string, most = '') =>
    kinds.parse((await harness.request('GET', `/api/v1/overview/kinds${most}`, { cookie: who })).json).tags;
  const north = { value: 'north', devices: 3, online: 0 };
  const others = ['hall', 'south'].map((value) => ({ value, devices: 2, online: 2 }));
  expect(await tagsOf(cookie)).toEqual({ items: [north, ...others], others: { kinds: 0, devices: 0 } });
  expect(await tagsOf(cookie, '?most=1')).toEqual({ items: [north], others: { kinds: 2, devices: 4 } });
  const clerk = await new Crew(harness).person(domain, 'clerk2', { tags: ['south'] });
  expect(await tagsOf(clerk.cookie)).toEqual({ items: [], others: { kinds: 0, devices: 0 } });
});
