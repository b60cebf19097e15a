import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openHarness, TOKEN, type Harness, type TestDomain } from '../service/testing/harness.ts';
import { routeTable, type Expected, type Ids } from '../service/testing/route-table.ts';

let harness: Harness;
let springfield: TestDomain;
let shelbyville: TestDomain;
const ids: Ids = { device: '', waiting: '', block: '', key: '', user: '', session: '', batch: '', webhook: '', view: '' };

beforeAll(async () => {
  harness = await openHarness();
  springfield = await harness.domain('springfield');
  shelbyville = await harness.domain('shelbyville');
  ids.device = await harness.device(springfield, 'S-1');
  ids.waiting = (await harness.enrol(springfield, 'unlisted-1')).deviceId;
  const asked = await harness.request('POST', '/api/v1/commands', {
    cookie: springfield.cookie,
    body: { name: 'identify', ids: [ids.device] },
  });
  ids.batch = (asked.json as { batch: string }).batch;
  const turnedAway = (await harness.enrol(springfield, 'unlisted-2')).deviceId;
  const rejected = await harness.request('POST', `/api/v1/devices/${turnedAway}/reject`, {
    cookie: springfield.cookie,
    body: {},
  });
  ids.block = (rejected.json as { id: string }).id;
  const keyAbout = { name: 'of springfield', scopes: ['devices:read'] };
  const made = await harness.request('POST', '/api/v1/api-keys', { cookie: springfield.cookie, body: keyAbout });
  ids.key = (made.json as { id: string }).id;
  const webhookAbout = { url: 'https://hooks.example.org/a', types: ['device'] };
  const webhook = await harness.request('POST', '/api/v1/webhooks', { cookie: springfield.cookie, body: webhookAbout });
  const saved = { name: 'North', query: 'tag=north' };
  const view = await harness.request('POST', '/api/v1/me/views', { cookie: springfield.cookie, body: saved });
  ids.view = (view.json as { id: string }).id;
  ids.webhook = (webhook.json as { webhook: { id: string } }).webhook.id;
  const invited = { name: 'ned', email: 'ned@example.org' };
  const user = await harness.request('POST', '/api/v1/users', { cookie: springfield.cookie, body: invited });
  ids.user = (user.json as { id: string }).id;
  const sessions = await harness.request('GET', '/api/v1/sessions', { cookie: springfield.cookie });
  ids.session = (sessions.json as { items: { id: string }[] }).items[0]?.id ?? '';
});

afterAll(async () => harness.close());

const ANSWERS: Record<Expected, [number, string | undefined]> = {
  'not-found': [404, 'not-found'],
  operator: [401, 'signed-out'],
  portal: [401, 'signed-out'],
  'own-only': [200, undefined],
  'password-wrong': [422, 'password-wrong'],
  conflict: [409, 'conflict'],
  'key-mistyped': [422, 'key-mistyped'],
  made: [201, undefined],
  done: [204, undefined],
  open: [200, undefined],
};

const codeOf = ({ status, json }: { status: number; json: unknown }): string | undefined =>
  status < 400 ? undefined : (json as { code?: string } | null)?.code;

/** Everything of springfield that a leak could show. */
async function stateOfSpringfield(): Promise<string> {
  const { reader } = harness.store;
  return JSON.stringify([
    await reader.all('SELECT id, state, label, tags, status FROM devices WHERE domain_id = ? ORDER BY id', springfield.id),
    await reader.all('SELECT * FROM blocks WHERE domain_id = ?', springfield.id),
    await reader.all('SELECT * FROM commands WHERE domain_id = ?', springfield.id),
    await reader.all('SELECT * FROM api_keys WHERE domain_id = ?', springfield.id),
    await reader.all('SELECT id, url, types, enabled, secret FROM webhooks WHERE domain_id = ?', springfield.id),
    await reader.all('SELECT * FROM auth_user WHERE "domainId" = ?', springfield.id),
    await reader.all(
      'SELECT s.* FROM auth_session s JOIN auth_user u ON u."id" = s."userId" WHERE u."domainId" = ?',
      springfield.id,
    ),
    await reader.all('SELECT * FROM tokens WHERE domain_id = ?', springfield.id),
    await reader.all('SELECT name, unlisted, pairing_hash, phone, closing_at FROM domains WHERE id = ?', springfield.id),
  ]);
}

const rows = Object.entries(routeTable).map(([route, row]) => ({ route, ...row }));
const closed = rows.filter(({ expected }) => expected !== 'open');
/** What the stream shows is tried in events/events.test.ts. */
const answered = closed.filter(({ route }) => route !== 'GET /events');

describe('[A4] every route', () => {
  test('[A4] is in the table above', () => {
    const registered = harness.routes
      .filter(({ url }) => url.startsWith('/api/v1/'))
      .map(({ method, url }) => `${method} ${url.slice('/api/v1'.length)}`);
    expect(registered.toSorted()).toEqual(Object.keys(routeTable).toSorted());
  });

  test.each(closed)('[A4] $route is signed-out without a session', async (row) => {
    const { method, url, body } = row.try(ids);
    const answer = await harness.request(method, `/api/v1${url}`, body === undefined ? {} : { body });
    expect(answer.status).toBe(401);
    expect(answer.json).toMatchObject({ code: 'signed-out' });
  });

  test.each(answered)("[A4] $route shows and changes nothing of another domain's", async (row) => {
    const before = await stateOfSpringfield();
    const { method, url, body } = row.try(ids);
    const answer = await harness.request(method, `/api/v1${url}`, {
      cookie: shelbyville.cookie,
      ...(body === undefined ? {} : { body }),
    });
    expect([answer.status, codeOf(answer)]).toEqual(ANSWERS[row.expected]);
    expect(answer.text).not.toContain('springfield');
    expect(answer.text).not.toContain(ids.device);
    expect(answer.text).not.toContain(ids.waiting);
    expect(await stateOfSpringfield()).toBe(before);
  });

  test('[A4] the same tries by the own admin do reach it: the table is not empty words', async () => {
    const { cookie } = springfield;
    expect((await harness.request('GET', `/api/v1/devices/${ids.device}`, { cookie })).status).toBe(200);
    expect((await harness.request('PATCH', `/api/v1/devices/${ids.device}`, { cookie, body: { label: 'Room 1' } })).status).toBe(
      200,
    );
    expect((await harness.request('DELETE', `/api/v1/blocks/${ids.block}`, { cookie })).status).toBe(204);
    const headers = { authorization: `Bearer ${TOKEN}` };
    expect((await harness.request('GET', '/api/v1/operator/domains/springfield', { headers })).status).toBe(200);
  });
});

describe('[D6] roles', () => {
  test('[D6] a user sees and changes nothing; Billing needs its permission', async () => {
    const capital = await harness.domain('capitalcity');
    const id = await harness.device(capital, 'C-1');
    const { cookie } = capital;
    const look = async () => ({
      device: (await harness.request('GET', `/api/v1/devices/${id}`, { cookie })).status,
      change: (await harness.request('PATCH', `/api/v1/devices/${id}`, { cookie, body: { label: 'x' } })).status,
      unenrol: (await harness.request('DELETE', `/api/v1/devices/${id}`, { cookie, headers: { origin: 'http://evil.example' } }))
        .status,
      billing: (await harness.request('GET', '/api/v1/billing', { cookie })).status,
      history: (await harness.request('GET', '/api/v1/billing/history', { cookie })).status,
    });
    await harness.become(capital, { role: 'user' });
    expect(await look()).toEqual({ device: 200, change: 403, unenrol: 403, billing: 403, history: 403 });
    await harness.become(capital, { role: 'user', billing: true });
    expect(await look()).toMatchObject({ change: 403, billing: 200, history: 200 });
    await harness.become(capital, { role: 'admin' });
    expect(await look()).toMatchObject({ device: 200, change: 200, billing: 200 });
  });

  test('[D6] a user with tags sees only devices with all of them, in lists, counts and by id', async () => {
    const north = await harness.domain('northhaverbrook');
    const { cookie } = north;
    const [one, both] = [await harness.device(north, 'N-1'), await harness.device(north, 'N-2')];
    await harness.request('PATCH', `/api/v1/devices/${one}`, { cookie, body: { tags: ['a'] } });
    await harness.request('PATCH', `/api/v1/devices/${both}`, { cookie, body: { tags: ['a', 'b'] } });
    await harness.become(north, { role: 'admin', tags: ['a', 'b'] });
    const list = (await harness.request('GET', '/api/v1/devices', { cookie })).json as { items: { id: string }[]; total: number };
    expect([list.items.map(({ id }) => id), list.total]).toEqual([[both], 1]);
    expect((await harness.request('GET', '/api/v1/devices/counts', { cookie })).json).toMatchObject({ all: 1, never: 1 });
    expect((await harness.request('GET', `/api/v1/devices/${one}`, { cookie })).status).toBe(404);
    expect((await harness.request('DELETE', `/api/v1/devices/${one}`, { cookie })).status).toBe(404);
    expect((await harness.request('GET', `/api/v1/devices/${both}`, { cookie })).status).toBe(200);
  });
});

describe('the operator’s token', () => {
  test('opens only with the whole token, and only the operator’s routes', async () => {
    for (const authorization of [`Bearer ${TOKEN}x`, `Bearer ${TOKEN.slice(1)}`, 'Bearer ', 'Basic x', '']) {
      expect((await harness.request('GET', '/api/v1/operator/domains', { headers: { authorization } })).status).toBe(401);
    }
    const headers = { authorization: `Bearer ${TOKEN}` };
    expect((await harness.request('GET', '/api/v1/operator/domains', { headers })).status).toBe(200);
    expect((await harness.request('GET', '/api/v1/devices', { headers })).status).toBe(401);
  });

  test('without a token the routes are not there', async () => {
    const without = await openHarness({ operatorToken: null });
    expect(await without.request('GET', '/api/v1/operator/domains', { headers: { authorization: 'Bearer ' } })).toMatchObject({
      status: 404,
    });
    expect(without.routes.filter(({ url }) => url.includes('/operator'))).toEqual([]);
    await without.close();
  });
});
