import { describe, expect, test } from 'vitest';
import { openHarness, PASSWORD } from '../service/testing/harness.ts';

describe('forwarded addresses', () => {
  test.each([
    ['a port behind it', (n: number) => `203.0.113.9:${4711 + n}`],
    ['a port behind brackets', (n: number) => `[2001:db8::9]:${4711 + n}`],
    ['a zone', (n: number) => `2001:db8::9%eth${n}`],
    ['rubbish instead', (n: number) => `unknown${n}`],
    ['rubbish in front of it', (n: number) => `junk${n}, 203.0.113.9`],
    ['IPv4 as IPv6', (n: number) => (n % 2 === 0 ? '::ffff:203.0.113.9' : '203.0.113.9')],
  ])('[D6] with %s is still one network: wrong passwords end in busy', async (_name, forwarded) => {
    const harness = await openHarness({ trustedProxies: ['127.0.0.1'] });
    await harness.domain('springfield');
    const statuses = new Set<number>();
    for (let n = 0; n < 12; n += 1) {
      const body = { user: 'admin@springfield', password: `wrong ${n}` };
      const headers = { 'x-forwarded-for': forwarded(n) };
      statuses.add((await harness.request('POST', '/api/v1/session', { body, headers })).status);
    }
    expect([...statuses]).toEqual([401, 429]);
    const body = { user: 'admin@springfield', password: PASSWORD };
    const elsewhere = { 'x-forwarded-for': '198.51.100.1' };
    expect((await harness.request('POST', '/api/v1/session', { body, headers: elsewhere })).status).toBe(200);
    await harness.close();
  });
});

describe('HEAD', () => {
  test.each(['/healthz', '/readyz', '/metrics', '/.well-known/rollcall', '/api/openapi.json'])(
    'of %s answers as GET does, without a body',
    async (path) => {
      const harness = await openHarness();
      const head = await harness.app.inject({ method: 'HEAD', url: path });
      expect([head.statusCode, head.body]).toEqual([200, '']);
      await harness.close();
    },
  );

  test('[A4] of what demands a session demands one too', async () => {
    const harness = await openHarness();
    for (const path of ['/api/v1/devices', '/api/v1/events', '/api/v1/devices.csv', '/api/v1/portal/subscriptions'])
      expect((await harness.app.inject({ method: 'HEAD', url: path })).statusCode).toBe(401);
    await harness.close();
  });
});
