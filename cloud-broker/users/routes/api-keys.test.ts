import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { apiKeysPage, newApiKey, type ApiScope, type NewApiKey } from '../../../protocol/api-keys.ts';
import { openHarness, type Harness, type TestDomain } from '../../service/testing/harness.ts';

let harness: Harness;
let springfield: TestDomain;
let device: string;
const MINUTE_MS = 60_000;

beforeAll(async () => {
  harness = await openHarness({ limits: { stream: { sessionCheckMs: 20 } } });
  springfield = await harness.domain('springfield');
  device = await harness.device(springfield, 'S-1');
});

afterAll(async () => harness.close());

async function make(name: string, scopes: ApiScope[], domain = springfield): Promise<NewApiKey> {
  const answer = await harness.request('POST', '/api/v1/api-keys', { cookie: domain.cookie, body: { name, scopes } });
  expect(answer.status).toBe(201);
  return newApiKey.parse(answer.json);
}

/** As a script calls: no cookie, no Origin. */
async function call(secret: string, method: 'GET' | 'POST' | 'PATCH' | 'DELETE', url: string, body?: object) {
  const answer = await harness.app.inject({
    method,
    url: `/api/v1${url}`,
    headers: { host: 'rollcall.example', authorization: `Bearer ${secret}` },
    ...(body === undefined ? {} : { payload: body }),
  });
  const json = (answer.headers['content-type'] ?? '').includes('json') ? (answer.json() as { code?: string }) : null;
  return { status: answer.statusCode, code: json?.code, text: answer.body };
}

const revoke = async (id: string, domain = springfield) =>
  harness.request('DELETE', `/api/v1/api-keys/${id}`, { cookie: domain.cookie, body: {} });

async function listed(domain = springfield) {
  return apiKeysPage.parse((await harness.request('GET', '/api/v1/api-keys', { cookie: domain.cookie })).json);
}

describe('[A2] an API key', () => {
  test('[A2] is shown once, begins with rk_ and is stored as a hash alone', async () => {
    const { secret, id } = await make('shown once', ['devices:read']);
    expect(secret).toMatch(/^rk_[A-Za-z0-9_-]{43}$/);
    const rows = JSON.stringify(await harness.store.reader.all('SELECT * FROM api_keys'));
    expect(rows).not.toContain(secret.slice(3));
    expect(harness.log.join('\n')).not.toContain(secret.slice(3));
    const key = (await listed()).items.find((one) => one.id === id);
    expect(key).toMatchObject({ name: 'shown once', scopes: ['devices:read'], createdBy: 'admin@springfield', lastUsedAt: null });
    expect(JSON.stringify(await listed())).not.toContain(secret);
  });

  test('[A2] opens what its scopes say and nothing else, without an Origin', async () => {
    const reads = await make('reads', ['devices:read']);
    const writes = await make('writes', ['devices:write']);
    const bills = await make('bills', ['billing']);
    const tries = async (secret: string) => ({
      list: (await call(secret, 'GET', '/devices')).status,
      one: (await call(secret, 'GET', `/devices/${device}`)).status,
      blocks: (await call(secret, 'GET', '/blocks')).status,
      patch: (await call(secret, 'PATCH', `/devices/${device}`, { label: 'by key' })).status,
      billing: (await call(secret, 'GET', '/billing')).status,
      history: (await call(secret, 'GET', '/billing/history')).status,
    });
    const nothing = { list: 403, one: 403, blocks: 403, patch: 403, billing: 403, history: 403 };
    expect(await tries(reads.secret)).toEqual({ ...nothing, list: 200, one: 200, blocks: 200 });
    expect(await tries(writes.secret)).toEqual({ ...nothing, patch: 200 });
    expect(await tries(bills.secret)).toEqual({ ...nothing, billing: 200, history: 200 });
  });

  test('[A2] every route without a scope is closed to a key of all scopes', async () => {
    const { secret } = await make('everything', ['devices:read', 'devices:write', 'billing']);
    const open = /^(?:GET|POST|PATCH|DELETE) \/(?:devices|overview|commands|alerts|blocks|enrolments|billing|events)\b/;
    const closed = harness.routes
      .filter(({ url }) => url.startsWith('/api/v1/') && !/\/api\/v1\/(?:operator|portal)\b/.test(url))
      .map(({ method, url }) => ({ method: method as 'GET', url: url.slice('/api/v1'.length) }))
      .filter(({ method, url }) => !open.test(`${method} ${url}`));
    expect(closed.length).toBeGreaterThan(5);
    for (const { method, url } of closed) {
      const answer = await call(secret, method, url.replaceAll(/:\w+/g, '1'), method === 'GET' ? undefined : {});
      expect([method, url, answer.status, answer.code]).toEqual([method, url, 403, 'forbidden']);
    }
  });

  test('[A2] acts under its name, which the audit log shows', async () => {
    const { secret } = await make('timetable', ['devices:write']);
    expect((await call(secret, 'PATCH', `/devices/${device}`, { label: 'Room 7' })).status).toBe(200);
    const row = await harness.store.reader.get<{ actor: string }>(
      "SELECT actor FROM audit WHERE action = 'device.changed' ORDER BY id DESC LIMIT 1",
    );
    expect(row).toEqual({ actor: 'key:timetable' });
  });

  test('[A2] [A5] with a cookie beside it is refused', async () => {
    const { secret } = await make('both', ['devices:read']);
    const answer = await harness.request('GET', '/api/v1/devices', {
      cookie: springfield.cookie,
      headers: { authorization: `Bearer ${secret}` },
    });
    expect([answer.status, answer.json]).toEqual([400, expect.objectContaining({ code: 'invalid-request' })]);
    // A proxy's own password is no key.
    const behindProxy = { cookie: springfield.cookie, headers: { authorization: 'Basic cHJveHk6cHJveHk=' } };
    expect((await harness.request('GET', '/api/v1/devices', behindProxy)).status).toBe(200);
  });

  test('[A2] its last use is written down once a minute', async () => {
    const { secret, id } = await make('counted', ['devices:read']);
    const lastUsed = async () => {
      // The write is on its way when the answer leaves; another one behind it says when it has arrived.
      await harness.store.write('noteKeyUse', { now: 0, id: 0 });
      return (await listed()).items.find((one) => one.id === id)?.lastUsedAt;
    };
    const first = new Date(harness.now).toISOString();
    await call(secret, 'GET', '/devices');
    expect(await lastUsed()).toBe(first);
    harness.now += MINUTE_MS - 1;
    await call(secret, 'GET', '/devices');
    expect(await lastUsed()).toBe(first);
    harness.now += 1;
    await call(secret, 'GET', '/devices');
    expect(await lastUsed()).toBe(new Date(harness.now).toISOString());
  });

  test('[A2] revoked it opens nothing any more, and is not listed; its name is free again', async () => {
    const { secret, id } = await make('short-lived', ['devices:read']);
    expect((await call(secret, 'GET', '/devices')).status).toBe(200);
    expect((await revoke(id)).status).toBe(204);
    expect(await call(secret, 'GET', '/devices')).toMatchObject({ status: 401, code: 'signed-out' });
    expect((await revoke(id)).status).toBe(404);
    expect((await listed()).items.map((key) => key.id)).not.toContain(id);
    await make('short-lived', ['billing']);
  });

  test('[A2] [A5] revoking it ends its event streams', async () => {
    const { secret, id } = await make('listens', ['devices:read']);
    const url = await harness.app.listen({ port: 0, host: '127.0.0.1' });
    const answer = await fetch(`${url}/api/v1/events`, { headers: { authorization: `Bearer ${secret}` } });
    expect(answer.status).toBe(200);
    const text = answer.text();
    await revoke(id);
    expect(await text).toContain('retry:');
  });

  test('[A2] wrong keys are limited by address; a right one gets in beside them', async () => {
    const { secret } = await make('neighbour', ['devices:read']);
    const wrong = `rk_${'A'.repeat(43)}`;
    const codes: (string | undefined)[] = [];
    for (let n = 0; n < 30; n += 1) codes.push((await call(n % 2 === 0 ? wrong : 'short', 'GET', '/devices')).code);
    expect(codes.slice(0, 10)).toEqual(Array(10).fill('signed-out'));
    expect(codes.at(-1)).toBe('busy');
    expect((await call(secret, 'GET', '/devices')).status).toBe(200);
  });
});

describe('[A2] the keys of a domain', () => {
  test('[A2] [A4] are its admins’ alone: another domain neither sees nor revokes nor uses them', async () => {
    const shelbyville = await harness.domain('shelbyville');
    const { id } = await make('ours', ['devices:read']);
    const theirs = await make('theirs', ['devices:read', 'devices:write'], shelbyville);
    expect((await revoke(id, shelbyville)).status).toBe(404);
    expect((await listed(shelbyville)).items.map(({ name }) => name)).toEqual(['theirs']);
    expect((await call(theirs.secret, 'GET', `/devices/${device}`)).status).toBe(404);
    expect((await call(theirs.secret, 'PATCH', `/devices/${device}`, { label: 'x' })).status).toBe(404);
    expect((await call(theirs.secret, 'GET', '/devices')).text).not.toContain(device);
    await harness.become(shelbyville, { role: 'user', billing: true });
    for (const [method, url] of [
      ['GET', '/api-keys'],
      ['POST', '/api-keys'],
      ['DELETE', '/api-keys/1'],
    ] as const) {
      const body = method === 'GET' ? {} : { body: {} };
      expect((await harness.request(method, `/api/v1${url}`, { cookie: shelbyville.cookie, ...body })).status).toBe(403);
    }
  });

  test('[A2] are at most 50, each with a name of its own and at least one scope', async () => {
    const capital = await harness.domain('capitalcity');
    const post = async (body: object) => harness.request('POST', '/api/v1/api-keys', { cookie: capital.cookie, body });
    for (let n = 0; n < 50; n += 1) await make(`key ${n}`, ['billing'], capital);
    expect((await post({ name: 'key 7', scopes: ['billing'] })).json).toMatchObject({ code: 'name-taken' });
    expect((await post({ name: 'one more', scopes: ['billing'] })).json).toMatchObject({ code: 'conflict' });
    for (const body of [
      { name: 'x', scopes: [] },
      { name: ' ', scopes: ['billing'] },
      { name: 'x', scopes: ['users'] },
      { name: 'a\u202eb', scopes: ['billing'] },
    ])
      expect((await post(body)).status).toBe(400);
    const first = apiKeysPage.parse((await harness.request('GET', '/api/v1/api-keys?limit=40', { cookie: capital.cookie })).json);
    const rest = apiKeysPage.parse(
      (await harness.request('GET', `/api/v1/api-keys?limit=40&cursor=${first.nextCursor}`, { cookie: capital.cookie })).json,
    );
    expect([first.total, first.items.length, rest.items.length, rest.nextCursor]).toEqual([50, 40, 10, null]);
  });
});
