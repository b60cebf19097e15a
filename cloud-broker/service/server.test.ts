import { once } from 'node:events';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { connect, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { apiError } from '../../protocol/api.ts';
import { HOST, openHarness, ORIGIN, PASSWORD, TOKEN, type Harness, type TestDomain } from './testing/harness.ts';

let harness: Harness;
let domain: TestDomain;

beforeAll(async () => {
  harness = await openHarness();
  domain = await harness.domain('springfield');
  await harness.device(domain, 'S-1');
});

afterAll(async () => harness.close());

describe('[A1] every error', () => {
  const big = { user: 'a', password: 'x'.repeat(70_000) };
  const cases: [string, () => Promise<{ status: number; json: unknown; headers: Record<string, unknown> }>, number, string][] = [
    ['unknown address', () => harness.request('GET', '/api/v1/nothing'), 404, 'not-found'],
    ['unknown method', () => harness.request('PATCH', '/api/v1/billing', { body: {} }), 404, 'not-found'],
    ['unknown address outside of the API', () => harness.request('GET', '/nothing.png'), 404, 'not-found'],
    ['an address that cannot be read', () => harness.request('GET', '/api/v1/devices/%zz'), 400, 'invalid-request'],
    [
      'a parameter out of bounds',
      () => harness.request('GET', `/api/v1/devices?limit=1000`, { cookie: domain.cookie }),
      400,
      'invalid-request',
    ],
    ['a field out of bounds', () => harness.request('POST', '/api/v1/session', { body: { user: '' } }), 400, 'invalid-request'],
    ['a body too large', () => harness.request('POST', '/api/v1/session', { body: big }), 400, 'invalid-request'],
    ['no session', () => harness.request('GET', '/api/v1/session'), 401, 'signed-out'],
    [
      'wrong password',
      () => harness.request('POST', '/api/v1/session', { body: { user: 'admin@springfield', password: 'wrong' } }),
      401,
      'sign-in-failed',
    ],
    [
      'foreign cursor',
      () => harness.request('GET', '/api/v1/devices?cursor=abc', { cookie: domain.cookie }),
      400,
      'invalid-request',
    ],
  ];

  test.each(cases)('[A1] %s', async (_name, ask, status, code) => {
    const answer = await ask();
    expect(answer.status).toBe(status);
    const error = apiError.strict().parse(answer.json);
    expect(error.code).toBe(code);
    expect(error.correlationId).toMatch(/^[0-9A-Z]{5}-[0-9A-Z]{5}$/);
    expect(answer.headers['x-correlation-id']).toBe(error.correlationId);
  });

  test('[A1] what is not JSON, or breaks JSON', async () => {
    const headers = { host: HOST, origin: ORIGIN };
    const tries = [
      { payload: '{"user":', headers: { ...headers, 'content-type': 'application/json' } },
      { payload: '{"__proto__":{"a":1},"user":"a","password":"b"}', headers: { ...headers, 'content-type': 'application/json' } },
      { payload: 'user=a&password=b', headers: { ...headers, 'content-type': 'application/x-www-form-urlencoded' } },
      { payload: '{"user":"a","password":"b"}', headers: { ...headers, 'content-type': 'text/plain' } },
    ];
    for (const attempt of tries) {
      const answer = await harness.app.inject({ method: 'POST', url: '/api/v1/session', ...attempt });
      expect([answer.statusCode, apiError.parse(answer.json()).code]).toEqual([400, 'invalid-request']);
    }
  });

  test('[A1] in the language that is asked for', async () => {
    const french = await harness.request('GET', '/api/v1/session', {
      headers: { 'accept-language': 'de, fr-CH;q=0.9, en;q=0.8' },
    });
    expect(french.json).toMatchObject({ message: 'Vous êtes déconnecté.' });
    const english = await harness.request('GET', '/api/v1/session', { headers: { 'accept-language': 'fr;q=0.1, en' } });
    expect(english.json).toMatchObject({ message: 'You are signed out.' });
  });

  test('[A1] what nobody foresaw is internal, without a word of it, and in the log with its id', async () => {
    const { presence } = harness;
    const [device] = await harness.store.reader.all<{ id: string }>('SELECT id FROM devices');
    const id = device?.id ?? '';
    presence.states.set(id, { connected: true, lastHeartbeatAt: Number.NaN, health: null });
    const answer = await harness.request('GET', `/api/v1/devices/${id}`, { cookie: domain.cookie });
    presence.states.delete(id);
    expect(answer.status).toBe(500);
    const { correlationId, details } = apiError.parse(answer.json);
    expect([answer.json, details]).toMatchObject([{ code: 'internal', message: 'The service encountered an error.' }, undefined]);
    expect(harness.log.some((line) => line.includes(correlationId) && line.includes('RangeError'))).toBe(true);
  });

  test('[A1] an answer that breaks its own schema is internal too', async () => {
    const [device] = await harness.store.reader.all<{ id: string }>('SELECT id FROM devices');
    harness.presence.states.set(device?.id ?? '', {
      connected: 'yes' as unknown as boolean,
      lastHeartbeatAt: null,
      health: null,
    });
    const answer = await harness.request('GET', '/api/v1/devices', { cookie: domain.cookie });
    harness.presence.states.clear();
    expect([answer.status, answer.json]).toMatchObject([500, { code: 'internal' }]);
  });

  test('[A1] bytes that are no HTTP at all', async () => {
    const other = await openHarness();
    await other.app.listen({ port: 0, host: '127.0.0.1' });
    const socket = connect((other.app.server.address() as AddressInfo).port, '127.0.0.1');
    socket.end('this is not http\r\n\r\n');
    const chunks: Buffer[] = [];
    socket.on('data', (chunk: Buffer) => chunks.push(chunk));
    await once(socket, 'close');
    const [, body = ''] = Buffer.concat(chunks).toString().split('\r\n\r\n');
    expect(apiError.parse(JSON.parse(body)).code).toBe('invalid-request');
    await other.close();
  });

  test('no secret reaches the log', () => {
    expect(harness.log.join('')).not.toContain(PASSWORD);
    expect(harness.log.join('')).not.toContain(domain.cookie.split('=')[1]);
    expect(harness.log.join('')).not.toContain(TOKEN);
  });
});

describe('limits', () => {
  test('an address that asks too much is told busy, and when to come back; another is not', async () => {
    const limited = await openHarness({ limits: { requestsPer10S: 5 }, trustedProxies: ['127.0.0.1'] });
    const ask = async (address: string) => limited.request('GET', '/api/v1/session', { headers: { 'x-forwarded-for': address } });
    const statuses: number[] = [];
    for (let n = 0; n < 7; n += 1) statuses.push((await ask('203.0.113.5')).status);
    expect(statuses).toEqual([401, 401, 401, 401, 401, 429, 429]);
    const answer = await ask('203.0.113.5');
    expect(apiError.parse(answer.json).code).toBe('busy');
    expect(Number(answer.headers['retry-after'])).toBeGreaterThan(0);
    expect((await ask('203.0.113.6')).status).toBe(401);
    await limited.close();
  });

  test('[P4] displays that all look for the service leave the admin behind the same address his share, and have a limit', async () => {
    const limited = await openHarness({ limits: { requestsPer10S: 3 } });
    const statuses: number[] = [];
    for (let n = 0; n < 4; n += 1) statuses.push((await limited.request('GET', `/.well-known/rollcall?board=${n}`)).status);
    expect(statuses).toEqual([200, 200, 200, 429]);
    expect((await limited.request('GET', '/api/v1/session')).status).toBe(401);
    await limited.close();
  });

  test('a forwarded address is believed only from a trusted proxy', async () => {
    const limited = await openHarness({ limits: { requestsPer10S: 3 } });
    const statuses: number[] = [];
    for (let n = 0; n < 5; n += 1)
      statuses.push(
        (await limited.request('GET', '/api/v1/session', { headers: { 'x-forwarded-for': `203.0.113.${n}` } })).status,
      );
    expect(statuses).toEqual([401, 401, 401, 429, 429]);
    await limited.close();
  });
});

describe('service routes', () => {
  test('health, readiness and discovery', async () => {
    expect(await harness.request('GET', '/healthz')).toMatchObject({ status: 200, json: { status: 'ok' } });
    expect(await harness.request('GET', '/readyz')).toMatchObject({ status: 200, json: { status: 'ready' } });
    expect(await harness.request('GET', '/.well-known/rollcall')).toMatchObject({
      status: 200,
      json: {
        service: 'rollcall',
        protocols: [1],
        brokerUrl: 'mqtts://localhost:8883',
        ca: 'PEM',
        now: new Date(harness.now).toISOString(),
      },
    });
  });

  test('metrics are aggregate numbers and name nobody', async () => {
    const { text, status } = await harness.request('GET', '/metrics');
    expect(status).toBe(200);
    for (const name of [
      'rollcall_commit_seconds',
      'nodejs_eventloop_lag_seconds',
      'rollcall_gateway_refused',
      'rollcall_event_streams',
    ])
      expect(text).toContain(name);
    expect(text).not.toContain('springfield');
    expect(text).not.toContain('S-1');
  });

  test('pages carry a strict content policy', async () => {
    const { headers } = await harness.request('GET', '/', { headers: { accept: 'text/html' } });
    expect(headers['content-security-policy']).toBe(
      "default-src 'self';style-src 'self' 'unsafe-inline';img-src 'self' data:;object-src 'none';base-uri 'none';form-action 'self';frame-ancestors 'none'",
    );
    expect(headers['x-content-type-options']).toBe('nosniff');
  });
});

describe('the console', () => {
  test('says so when it is not built', async () => {
    const answer = await harness.request('GET', '/devices', { headers: { accept: 'text/html' } });
    expect(answer.status).toBe(503);
    expect(answer.text).toContain('npm run build:console');
  });

  test('answers each of its addresses with the page, its files as files, and nothing outside of its folder', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'rollcall-console-'));
    await mkdir(join(folder, 'console', 'assets'), { recursive: true });
    await writeFile(join(folder, 'secret.txt'), 'secret');
    await writeFile(join(folder, 'console', 'index.html'), '<title>Rollcall</title>');
    await writeFile(join(folder, 'console', 'assets', 'app-1a2b.js'), 'run()');
    const built = await openHarness({ consoleFolder: join(folder, 'console') });
    const html = { headers: { accept: 'text/html,*/*' } };
    for (const path of ['/', '/devices', '/devices/abc?x=1', '/index.html']) {
      expect(await built.request('GET', path, html)).toMatchObject({ status: 200, text: '<title>Rollcall</title>' });
    }
    const script = await built.request('GET', '/assets/app-1a2b.js');
    expect([script.status, script.text, script.headers['cache-control']]).toEqual([
      200,
      'run()',
      'public, max-age=31536000, immutable',
    ]);
    expect((await built.request('GET', '/assets/gone.js')).json).toMatchObject({ code: 'not-found' });
    expect((await built.request('GET', '/api/v1/nothing', html)).json).toMatchObject({ code: 'not-found' });
    for (const path of [
      '/../secret.txt',
      '/%2e%2e/secret.txt',
      '/assets/..%2f..%2fsecret.txt',
      '/assets/%2e%2e%2f%2e%2e%2fsecret.txt',
    ]) {
      expect((await built.request('GET', path)).text).not.toContain('secret\n');
      expect((await built.request('GET', path)).text).not.toBe('secret');
    }
    await built.close();
    await rm(folder, { recursive: true });
  });
});
