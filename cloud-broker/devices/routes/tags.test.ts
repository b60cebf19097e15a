import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openHarness, type Harness, type TestDomain } from '../../service/testing/harness.ts';
import { Crew, type Person } from '../../service/testing/users.ts';

/** D6: what a user with tags sees and does of a domain. */
let harness: Harness;
let crew: Crew;
let springfield: TestDomain;
let clerk: Person;
let site: Person;
const ids = { north: '', south: '', waiting: '', block: '' };

beforeAll(async () => {
  harness = await openHarness();
  crew = new Crew(harness);
  springfield = await harness.domain('springfield');
  ids.north = await harness.device(springfield, 'N-1');
  ids.south = await harness.device(springfield, 'S-1');
  for (const [id, tag] of [
    [ids.north, 'north'],
    [ids.south, 'south'],
  ])
    await crew.call(springfield.cookie, 'PATCH', `/devices/${id}`, { tags: [tag] });
  ids.waiting = (await harness.enrol(springfield, 'waits')).deviceId;
  const turnedAway = (await harness.enrol(springfield, 'turned-away')).deviceId;
  const rejected = await crew.call(springfield.cookie, 'POST', `/devices/${turnedAway}/reject`, {});
  ids.block = String(rejected.json?.['id']);
  clerk = await crew.person(springfield, 'clerk', { tags: ['north'] });
  site = await crew.person(springfield, 'site', { role: 'admin', tags: ['north'] });
});
afterAll(async () => harness.close());

const statusOf = async (by: Person, method: 'GET' | 'POST' | 'PATCH' | 'DELETE', url: string, body?: object) =>
  (await crew.call(by.cookie, method, url, body)).status;

describe('[D6] a user with tags', () => {
  test('[D6] [A4] finds devices with all of them and no others: in lists, counts, by id, by search', async () => {
    for (const by of [clerk, site]) {
      for (const url of ['/devices', '/devices?q=1', '/devices?tag=south', '/devices?status=pending', '/devices/counts']) {
        const { json } = await crew.call(by.cookie, 'GET', url);
        expect(JSON.stringify(json)).not.toMatch(new RegExp(`S-1|${ids.south}|${ids.waiting}|waits`));
      }
      expect(await statusOf(by, 'GET', `/devices/${ids.north}`)).toBe(200);
      expect((await crew.call(by.cookie, 'GET', '/devices/counts')).json).toMatchObject({ all: 1, pending: 0 });
      expect(await statusOf(by, 'GET', `/devices/${ids.north}/presence`)).toBe(200);
      for (const id of [ids.south, ids.waiting])
        for (const path of ['', '/presence', '/health', '/enrolment', '/commands'])
          expect(await statusOf(by, 'GET', `/devices/${id}${path}`)).toBe(404);
    }
  });

  test('[D6] as an admin changes those devices, and nothing that waits or is of the whole domain', async () => {
    expect(await statusOf(site, 'PATCH', `/devices/${ids.north}`, { label: 'Room 1' })).toBe(200);
    expect(await statusOf(site, 'PATCH', `/devices/${ids.south}`, { label: 'Room 1' })).toBe(404);
    expect(await statusOf(site, 'DELETE', `/devices/${ids.south}`)).toBe(404);
    for (const verb of ['approve', 'reject'])
      expect(await statusOf(site, 'POST', `/devices/${ids.waiting}/${verb}`, {})).toBe(404);
    expect(await statusOf(site, 'DELETE', `/blocks/${ids.block}`)).toBe(403);
    expect(await statusOf(clerk, 'PATCH', `/devices/${ids.north}`, { label: 'Room 1' })).toBe(403);
  });

  test('[D6] is shut out of every route that is an admin’s or of the whole domain, but for devices', async () => {
    const open = new Set(['PATCH /devices/:id', 'DELETE /devices/:id', 'POST /devices/:id/approve', 'POST /devices/:id/reject']);
    // Of the devices that the user sees; that it is of these only is tried in kinds.test.ts.
    for (const route of ['POST /commands', 'GET /commands/batches/:id', 'GET /overview/kinds', 'GET /overview/attention'])
      open.add(route);
    const own =
      /^(?:GET|POST|PATCH|DELETE) \/(?:session|me|password|second-factor|signup|activation|invitation|devices|events)(?:s|\b)/;
    const left = harness.routes
      .filter(({ url }) => url.startsWith('/api/v1/') && !/\/api\/v1\/(?:operator|portal)\b/.test(url))
      .map(({ method, url }) => ({ method: method as 'GET', url: url.slice('/api/v1'.length) }))
      .filter(({ method, url }) => !own.test(`${method} ${url}`) && !open.has(`${method} ${url}`));
    expect(left.length).toBeGreaterThan(12);
    for (const { method, url } of left) {
      const body = method === 'GET' ? undefined : {};
      expect([method, url, await statusOf(site, method, url.replaceAll(/:\w+/g, '1'), body)]).toEqual([method, url, 403]);
    }
  });

  test('[D6] sees Billing only by permission, not by role; other devices stay unnamed there', async () => {
    for (const url of ['/billing', '/billing/history'])
      for (const by of [clerk, site]) expect(await statusOf(by, 'GET', url)).toBe(403);
    const payer = await crew.person(springfield, 'payer', { tags: ['north'], billing: true });
    const history = (await crew.call(payer.cookie, 'GET', '/billing/history')).json as { items: Record<string, unknown>[] };
    expect(history.items).toMatchObject([
      { n: 2, credits: 100, balanceAfter: 200 },
      { n: 1, device: ids.north, serial: 'N-1' },
    ]);
    expect(JSON.stringify(history)).not.toMatch(new RegExp(`S-1|${ids.south}`));
    const whole = (await crew.call(springfield.cookie, 'GET', '/billing/history')).json as { items: unknown[] };
    expect(whole.items[0]).toMatchObject({ device: ids.south, serial: 'S-1' });
  });
});
