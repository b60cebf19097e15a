import { afterAll, beforeAll, expect, test } from 'vitest';
import { devicePresence } from '../../../protocol/api-presence.ts';
import { openHarness, type Harness, type TestDomain } from '../../service/testing/harness.ts';
import { Crew } from '../../service/testing/users.ts';

let harness: Harness;
let domain: TestDomain;
/** North: 0 to 4, of which 0 to 2 are also in the hall; south: 5; without a tag: 6 and 7. */
const ids: string[] = [];

beforeAll(async () => {
  harness = await openHarness();
  domain = await harness.domain('springfield');
  for (let n = 0; n < 8; n += 1) {
    const id = await harness.device(domain, `S-${n}`);
    ids.push(id);
    const tags = n < 3 ? ['north', 'hall'] : n < 5 ? ['north'] : n < 6 ? ['south'] : [];
    await harness.request('PATCH', `/api/v1/devices/${id}`, { cookie: domain.cookie, body: { tags } });
    if (n < 7) await becomes(n, 'online');
  }
});
afterAll(async () => harness.close());

async function becomes(n: number, status: 'online' | 'offline'): Promise<void> {
  const how = status === 'offline' ? ('lost' as const) : null;
  const transitions = [{ deviceId: ids[n] ?? '', status, since: harness.now, how }];
  await harness.store.write('flushPresence', { now: harness.now, rows: [], births: [], running: [], transitions });
}
const wentWith = async (n: number, cookie = domain.cookie) =>
  devicePresence.parse((await harness.request('GET', `/api/v1/devices/${ids[n]}/presence`, { cookie })).json).wentWith;

test('[P5] a device that is offline says who went in the same minute, by the tag that most of them share with it', async () => {
  harness.now += 600_000;
  await becomes(1, 'offline');
  expect(await wentWith(1)).toBe(null);
  harness.now += 61_000;
  await becomes(0, 'offline');
  expect(await wentWith(0)).toBe(null);
  harness.now += 20_000;
  for (const n of [2, 3, 4, 5]) await becomes(n, 'offline');
  // It comes while the others go.
  await becomes(7, 'online');
  // One of the hall, three of the north; the one a minute before is not among them.
  expect(await wentWith(0)).toEqual({ tag: 'north', others: 3 });
  expect(await wentWith(5)).toEqual({ tag: null, others: 4 });
  expect(await wentWith(6)).toBe(null);
  harness.now += 1000;
  await becomes(2, 'online');
  expect(await wentWith(2)).toBe(null);
});

test('[D6] a user with tags is told of their devices only', async () => {
  const { cookie } = await new Crew(harness).person(domain, 'clerk', { tags: ['hall'] });
  expect(await wentWith(0, cookie)).toEqual({ tag: 'hall', others: 1 });
});
