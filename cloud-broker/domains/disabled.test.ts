import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openHarness, type Harness } from '../service/testing/harness.ts';

/** D5: what a domain without credits may still change. Everything else that changes anything is refused. */
const ALLOWED = new Set([
  'DELETE /session',
  'DELETE /devices/:id',
  'POST /devices/find',
  'POST /devices/unenrol',
  'POST /devices/:id/approve',
  'POST /devices/:id/reject',
  'DELETE /blocks/:id',
  'POST /billing/redeem',
  'POST /domain/close',
  'DELETE /domain/close',
  'POST /password',
  'POST /second-factor',
  'POST /second-factor/confirm',
  'POST /second-factor/off',
  'DELETE /sessions/:id',
  'POST /sessions/end-others',
  'PATCH /me',
  'POST /me/views',
  'DELETE /me/views/:id',
  'POST /alerts/preview',
]);
/** They act on no domain of the caller's: whoever calls them is not asked who he is. */
const OPEN = new Set([
  'POST /session',
  'POST /signup',
  'POST /signup/resend',
  'POST /activation/show',
  'POST /activation',
  'POST /password/forgot',
  'POST /password/reset/show',
  'POST /password/reset',
  'POST /invitation/show',
  'POST /invitation',
]);

const DAY_MS = 86_400_000;
let harness: Harness;

beforeAll(async () => {
  harness = await openHarness();
  const springfield = await harness.domain('springfield');
  await harness.enrol(springfield, 'waits-1');
  harness.now += 31 * DAY_MS;
});

afterAll(async () => harness.close());

/** Every registered route by which a user changes something. */
const changing = (): { method: 'POST'; url: string; name: string }[] =>
  harness.routes
    .filter(({ method, url }) => method !== 'GET' && method !== 'HEAD' && url.startsWith('/api/v1/'))
    .filter(({ url }) => !/^\/api\/v1\/(?:operator|portal)\//.test(url))
    .map(({ method, url }) => ({ method: method as 'POST', url, name: `${method} ${url.slice('/api/v1'.length)}` }));

describe('[D5] in a disabled domain', () => {
  test('[D5] exactly what the rule lists passes, of all routes there are', async () => {
    const passed: string[] = [];
    for (const { method, url, name } of changing()) {
      if (OPEN.has(name)) continue;
      const cookie = await harness.signIn('admin@springfield');
      const answer = await harness.request(method, url.replaceAll(/:\w+/g, '1'), { cookie, body: {} });
      const { code } = (answer.json ?? {}) as { code?: string };
      expect([name, code]).not.toEqual([name, 'signed-out']);
      if (code === 'domain-disabled') expect(answer.status).toBe(409);
      else passed.push(name);
    }
    const there = new Set(changing().map(({ name }) => name));
    expect(passed.toSorted()).toEqual([...ALLOWED].filter((name) => there.has(name)).toSorted());
  });

  test('[D5] everything can be read', async () => {
    const cookie = await harness.signIn('admin@springfield');
    for (const url of [
      '/devices',
      '/devices/counts',
      '/blocks',
      '/enrolments/refused',
      '/billing',
      '/billing/history',
      '/audit',
      '/alerts',
      '/alerts/settings',
      '/api-keys',
      '/webhooks',
      '/session',
      '/domain',
    ])
      expect((await harness.request('GET', `/api/v1${url}`, { cookie })).status).toBe(200);
  });

  test('[D5] approving is refused by its operation unless the board brings credits; those make the domain active', async () => {
    const cookie = await harness.signIn('admin@springfield');
    const approve = async (id: string) => harness.request('POST', `/api/v1/devices/${id}/approve`, { cookie, body: {} });
    const [poor] = await harness.store.reader.all<{ id: string }>("SELECT id FROM devices WHERE state = 'pending'");
    expect((await approve(poor?.id ?? '')).json).toMatchObject({ code: 'domain-disabled' });
    await harness.list('waits-1', 100);
    expect((await approve(poor?.id ?? '')).status).toBe(200);
    const change = await harness.request('PATCH', `/api/v1/devices/${poor?.id}`, { cookie, body: { label: 'Room 1' } });
    expect(change.status).toBe(200);
  });

  test('[D5] a user without the right to it is told that first', async () => {
    const poor = await harness.domain('shelbyville');
    await harness.become(poor, { role: 'user' });
    harness.now += 31 * DAY_MS;
    const answer = await harness.request('POST', '/api/v1/api-keys', { cookie: poor.cookie, body: {} });
    expect(answer.json).toMatchObject({ code: 'forbidden' });
  });
});
