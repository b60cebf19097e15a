import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { HOST, openHarness, ORIGIN, PASSWORD, type Harness, type TestDomain } from '../service/testing/harness.ts';

let harness: Harness;
let domain: TestDomain;

beforeAll(async () => {
  harness = await openHarness();
  domain = await harness.domain('springfield');
});

afterAll(async () => harness.close());

const change = async (headers: Record<string, string>, on: Harness = harness, cookie = domain.cookie) =>
  on.app.inject({ method: 'DELETE', url: '/api/v1/devices/no-such-device', headers: { host: HOST, cookie, ...headers } });

describe('[A5] changes with a cookie', () => {
  const refused: [string, Record<string, string>][] = [
    ['nothing said', {}],
    ['another site', { origin: 'https://evil.example' }],
    ['another port', { origin: 'http://localhost:9999' }],
    ['a hidden origin', { origin: 'null' }],
    ['a foreign referer', { referer: 'https://evil.example/http://localhost:8080' }],
    ['fetched across sites', { 'sec-fetch-site': 'cross-site' }],
    ['fetched from the same site, another host', { 'sec-fetch-site': 'same-site' }],
    [
      'a foreign origin, whatever else is said',
      { origin: 'https://evil.example', 'sec-fetch-site': 'same-origin', referer: `${ORIGIN}/` },
    ],
    ['a host that only resolves to loopback', { host: 'evil.example', origin: 'http://evil.example' }],
  ];
  test.each(refused)('[A5] refused: %s', async (_name, headers) => {
    const answer = await change(headers);
    expect([answer.statusCode, answer.json()]).toMatchObject([403, { code: 'origin-refused' }]);
  });

  test('[A5] let through: own origin, own referer, fetched from the same origin', async () => {
    for (const headers of [{ origin: ORIGIN }, { referer: `${ORIGIN}/devices?x=1` }, { 'sec-fetch-site': 'same-origin' }]) {
      expect((await change(headers as Record<string, string>)).statusCode).toBe(404);
    }
  });

  test('[A5] with a public URL its origin is ours, and the name in Host is not', async () => {
    const behindProxy = await openHarness({ publicUrl: 'https://rollcall.example' });
    const { cookie } = await behindProxy.domain('shelbyville');
    expect(cookie).toMatch(/^__Host-/);
    const from = async (origin: string) => (await change({ host: 'rollcall.example', origin }, behindProxy, cookie)).statusCode;
    expect(await from('https://rollcall.example')).toBe(404);
    expect(await from('http://rollcall.example')).toBe(403);
    expect(await from('https://evil.rollcall.example')).toBe(403);
    const answer = await behindProxy.request('GET', '/healthz');
    expect(answer.headers['strict-transport-security']).toContain('max-age=');
    await behindProxy.close();
  });

  test('[A5] a DELETE has the body {} or none; another change is JSON', async () => {
    const base = {
      method: 'DELETE' as const,
      url: '/api/v1/devices/no-such-device',
      headers: { host: HOST, origin: ORIGIN, cookie: domain.cookie },
    };
    const json = { ...base.headers, 'content-type': 'application/json' };
    const codes = [
      (await harness.app.inject({ ...base, headers: json })).statusCode,
      (await harness.app.inject({ ...base, headers: json, payload: '{}' })).statusCode,
      (await harness.app.inject({ ...base, headers: json, payload: '{"a":1}' })).statusCode,
      (await harness.app.inject({ ...base, headers: { ...base.headers, 'content-type': 'text/plain' }, payload: '{}' }))
        .statusCode,
      (await harness.app.inject({ ...base, method: 'POST', url: '/api/v1/devices/no-such-device/approve' })).statusCode,
    ];
    expect(codes).toEqual([404, 404, 400, 400, 400]);
  });

  test('signing in from another site is refused; from a program, which names no origin, it is not', async () => {
    const payload = { user: 'admin@springfield', password: PASSWORD };
    const from = async (headers: Record<string, string>) =>
      harness.app.inject({ method: 'POST', url: '/api/v1/session', headers: { host: HOST, ...headers }, payload });
    expect((await from({ origin: 'https://evil.example' })).statusCode).toBe(403);
    const answer = await from({});
    expect([answer.statusCode, answer.json()]).toMatchObject([
      200,
      { user: 'admin@springfield', role: 'domain-admin', domain: { name: 'springfield', status: 'trial' } },
    ]);
    expect(String(answer.headers['set-cookie'])).toMatch(/^rollcall-session=.*HttpOnly; SameSite=Lax$/);
  });

  test('signing out ends the session', async () => {
    const cookie = await harness.signIn('admin@springfield');
    expect((await harness.request('GET', '/api/v1/session', { cookie })).status).toBe(200);
    expect((await harness.request('DELETE', '/api/v1/session', { cookie, body: {} })).status).toBe(204);
    expect((await harness.request('GET', '/api/v1/session', { cookie })).status).toBe(401);
  });
});
