import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { auditPage, type AuditPage } from '../../protocol/api-audit.ts';
import { defaultAlertSettings } from '../alerts/rules/settings.ts';
import { AUDIT_SEARCH } from './queries.ts';
import { openHarness, PASSWORD, type Harness, type TestDomain } from '../service/testing/harness.ts';
import { isOnPostgres } from '../../test/support/test-database.ts';

let harness: Harness;
let springfield: TestDomain;

beforeAll(async () => {
  harness = await openHarness();
  springfield = await harness.domain('springfield');
});

afterAll(async () => harness.close());

async function audit(query = '', domain = springfield): Promise<AuditPage> {
  const answer = await harness.request('GET', `/api/v1/audit?${query}`, { cookie: domain.cookie });
  expect(answer.status).toBe(200);
  return auditPage.parse(answer.json);
}

const actions = async (q: string): Promise<string[]> =>
  (await audit(new URLSearchParams({ q }).toString())).items.map(({ action }) => action);

describe('[A3] the audit log', () => {
  test('[A3] says who changed what, when, from where, before and after', async () => {
    const id = await harness.device(springfield, 'S-1');
    const { cookie } = springfield;
    const done = await harness.request('PATCH', `/api/v1/devices/${id}`, { cookie, body: { label: 'Room 7' } });
    const [row] = (await audit()).items;
    expect(row).toEqual({
      id: expect.any(String) as unknown,
      at: new Date(harness.now).toISOString(),
      actor: 'admin@springfield',
      address: '127.0.0.1',
      action: 'device.changed',
      subject: id,
      details: { before: { label: 'S-1', tags: '[]' }, label: 'Room 7', tags: null },
      correlationId: done.headers['x-correlation-id'],
    });
  });

  test('[A3] [E11] any id finds its rows: a correlation id, a device, who acted, what was done; by its beginning too', async () => {
    const id = await harness.device(springfield, 'S-2');
    const { cookie } = springfield;
    const done = await harness.request('PATCH', `/api/v1/devices/${id}`, { cookie, body: { label: 'Room 8' } });
    const correlationId = String(done.headers['x-correlation-id']);
    expect(await actions(correlationId)).toEqual(['device.changed']);
    expect(await actions(` ${correlationId.toLowerCase()} `)).toEqual(['device.changed']);
    // What the display itself showed when it enrolled.
    expect(await actions('TEST0-TEST0')).toContain('device.enrolled');
    expect(await actions(id)).toEqual(['device.changed', 'device.enrolled']);
    expect(await actions(`device:${id}`)).toEqual(['device.changed', 'device.enrolled']);
    expect(await actions(id.slice(0, 12))).toEqual(['device.changed', 'device.enrolled']);
    expect(new Set(await actions('admin@spring'))).toEqual(new Set(['device.changed']));
    expect(new Set(await actions('device.enr'))).toEqual(new Set(['device.enrolled']));
    for (const none of ['no such thing', '%', '_', 'evice', "'", '*']) expect(await actions(none)).toEqual([]);
  });

  test('[A3] is read page by page, newest first, with and without a search, each row once', async () => {
    const id = await harness.device(springfield, 'S-3');
    for (let n = 0; n < 25; n += 1)
      await harness.request('PATCH', `/api/v1/devices/${id}`, { cookie: springfield.cookie, body: { label: `Room ${n}` } });
    for (const q of ['', id, 'device.']) {
      const seen: number[] = [];
      for (let cursor: string | null = ''; cursor !== null;) {
        const page: AuditPage = await audit(new URLSearchParams({ q, limit: '7', cursor }).toString());
        seen.push(...page.items.map((row) => Number(row.id)));
        cursor = page.nextCursor;
      }
      expect(seen).toEqual([...new Set(seen)].toSorted((a, b) => b - a));
      expect(seen.length).toBeGreaterThanOrEqual(26);
    }
  });

  test.skipIf(isOnPostgres)('[A3] a search looks at no row but those it shows', async () => {
    const plan = (
      await harness.store.reader.all<{ detail: string }>(`EXPLAIN QUERY PLAN ${AUDIT_SEARCH}`, 1, 1e9, 51, 'a', 'b', 'A')
    )
      .map(({ detail }) => detail)
      .filter((detail) => /\b(?:SEARCH|SCAN) audit\b/.test(detail) && !detail.includes('INTEGER PRIMARY KEY'));
    expect(plan).toHaveLength(4);
    for (const step of plan)
      expect(step).toMatch(/^SEARCH audit USING COVERING INDEX audit_by_(?:subject|actor|action|correlation)/);
  });

  test('[A3] [A4] is for admins, each of their own domain', async () => {
    const shelbyville = await harness.domain('shelbyville');
    const text = JSON.stringify(await audit('', shelbyville));
    expect(text).not.toContain('springfield');
    expect((await audit('q=admin@springfield', shelbyville)).items).toEqual([]);
    expect((await audit('q=TEST0-TEST0', shelbyville)).items).toEqual([]);
    await harness.become(shelbyville, { role: 'user', billing: true });
    expect((await harness.request('GET', '/api/v1/audit', { cookie: shelbyville.cookie })).status).toBe(403);
  });
});

/** Every route by which a user of a domain changes something, done once. */
type Change = (domain: TestDomain) => Promise<{ url: string; body?: object }>;
const changes: Record<string, Change> = {
  'PATCH /devices/:id': async (domain) => ({ url: `/devices/${await harness.device(domain, 'A-1')}`, body: { label: 'x' } }),
  'DELETE /devices/:id': async (domain) => ({ url: `/devices/${await harness.device(domain, 'A-2')}` }),
  'POST /devices/:id/commands': async (domain) => ({
    url: `/devices/${await harness.device(domain, 'A-6')}/commands`,
    body: { name: 'identify' },
  }),
  'POST /commands': async (domain) => ({
    url: '/commands',
    body: { name: 'refresh', ids: [await harness.device(domain, 'A-7')] },
  }),
  'POST /devices/tags': async (domain) => ({
    url: '/devices/tags',
    body: { ids: [await harness.device(domain, 'A-8')], add: ['x'] },
  }),
  'POST /devices/import': async () => ({ url: '/devices/import', body: { rows: [{ line: 1, serial: 'A-10', label: 'later' }] } }),
  'DELETE /devices/expected': async (domain) => {
    await harness.request('POST', '/api/v1/devices/import', {
      cookie: domain.cookie,
      body: { rows: [{ line: 1, serial: 'A-11', label: 'later' }] },
    });
    return { url: '/devices/expected' };
  },
  'POST /devices/unenrol': async (domain) => ({ url: '/devices/unenrol', body: { ids: [await harness.device(domain, 'A-9')] } }),
  'POST /devices/:id/approve': async (domain) => ({ url: `/devices/${await waits(domain, 'a-3')}/approve`, body: {} }),
  'POST /devices/:id/reject': async (domain) => ({ url: `/devices/${await waits(domain, 'a-4')}/reject`, body: {} }),
  'DELETE /blocks/:id': async (domain) => {
    const url = `/api/v1/devices/${await waits(domain, 'a-5')}/reject`;
    const rejected = await harness.request('POST', url, { cookie: domain.cookie, body: {} });
    return { url: `/blocks/${idOf(rejected)}` };
  },
  'POST /api-keys': async () => ({ url: '/api-keys', body: { name: 'first', scopes: ['billing'] } }),
  'DELETE /api-keys/:id': async (domain) => {
    const about = { cookie: domain.cookie, body: { name: 'second', scopes: ['billing'] } };
    return { url: `/api-keys/${idOf(await harness.request('POST', '/api/v1/api-keys', about))}` };
  },
  'POST /webhooks': async () => ({ url: '/webhooks', body: webhookAbout }),
  'PATCH /webhooks/:id': async (domain) => ({ url: `/webhooks/${await webhook(domain)}`, body: { enabled: false } }),
  'DELETE /webhooks/:id': async (domain) => ({ url: `/webhooks/${await webhook(domain)}` }),
  'POST /webhooks/:id/secret': async (domain) => ({ url: `/webhooks/${await webhook(domain)}/secret`, body: {} }),
  'POST /webhooks/:id/deliveries/:deliveryId/retry': async (domain) => {
    const id = await webhook(domain);
    const [event] = await harness.store.reader.all<{ id: number; at: number }>(
      'SELECT number AS id, at FROM events WHERE domain_id = ?',
      domain.id,
    );
    const about = { id: event?.id ?? 0, type: 'device', at: event?.at ?? 0 } as const;
    const tried = { event: about, result: { status: 200, failure: null }, verdict: null, inTurn: false };
    await harness.store.write('noteWebhookTry', { ...tried, now: harness.now, webhookId: id });
    return { url: `/webhooks/${id}/deliveries/${about.id}/retry`, body: {} };
  },
  'PATCH /domain': async () => ({ url: '/domain', body: { phone: '555' } }),
  'POST /domain/pairing-code': async () => ({ url: '/domain/pairing-code', body: {} }),
  'DELETE /domain/pairing-code': async () => ({ url: '/domain/pairing-code' }),
  'POST /domain/close': async ({ name }) => ({ url: '/domain/close', body: { name, password: PASSWORD } }),
  'DELETE /domain/close': async () => ({ url: '/domain/close' }),
  'POST /users': async () => ({ url: '/users', body: invitation('lisa') }),
  'PATCH /users/:id': async (domain) => ({ url: `/users/${await invited(domain, 'bart')}`, body: { role: 'admin' } }),
  'POST /users/:id/resend': async (domain) => ({ url: `/users/${await invited(domain, 'marge')}/resend`, body: {} }),
  'DELETE /users/:id': async (domain) => ({ url: `/users/${await invited(domain, 'homer')}` }),
  'POST /me/views': async () => ({ url: '/me/views', body: { name: 'North', query: 'tag=north' } }),
  'DELETE /me/views/:id': async ({ cookie }) => {
    const body = { name: 'South', query: 'tag=south' };
    const { json } = await harness.request('POST', '/api/v1/me/views', { cookie, body });
    return { url: `/me/views/${(json as { id: string }).id}` };
  },
  'PATCH /me': async () => ({ url: '/me', body: { language: 'fr' } }),
  'POST /sessions/end-others': async ({ name }) => {
    await harness.signIn(`admin@${name}`);
    return { url: '/sessions/end-others', body: {} };
  },
  'PUT /alerts/settings': async () => ({ url: '/alerts/settings', body: { ...defaultAlertSettings, pending: false } }),
  'POST /password': async () => ({ url: '/password', body: { current: PASSWORD, password: 'a staple for the horse' } }),
};

/** What these need comes by mail or from an app, changes nothing by itself, or ends what the test goes on with: looked at where it is at home. */
const ELSEWHERE = new Set([
  'POST /session',
  'DELETE /session',
  'DELETE /sessions/:id',
  'POST /signup',
  'POST /signup/resend',
  'POST /activation/show',
  'POST /activation',
  'POST /invitation/show',
  'POST /invitation',
  'POST /password/forgot',
  'POST /password/reset/show',
  'POST /password/reset',
  'POST /second-factor',
  'POST /second-factor/confirm',
  'POST /second-factor/off',
  'POST /billing/redeem',
  'POST /webhooks/:id/test',
  'POST /alerts/preview',
  'POST /devices/find',
]);

const webhookAbout = { url: 'https://hooks.example.org/a', types: ['alert'] };
const webhook = async (domain: TestDomain): Promise<string> => {
  const made = await harness.request('POST', '/api/v1/webhooks', { cookie: domain.cookie, body: webhookAbout });
  return (made.json as { webhook: { id: string } }).webhook.id;
};
const idOf = ({ json }: { json: unknown }): string => (json as { id: string }).id;
const invitation = (name: string) => ({
  name,
  email: `${name}@example.org`,
  role: 'user',
  billing: false,
  tags: [],
  language: 'en',
});
const invited = async (domain: TestDomain, name: string): Promise<string> =>
  idOf(await harness.request('POST', '/api/v1/users', { cookie: domain.cookie, body: invitation(name) }));
const waits = async (domain: TestDomain, serial: string): Promise<string> => (await harness.enrol(domain, serial)).deviceId;

const rowsOf = async (domain: TestDomain): Promise<number> =>
  (await harness.store.reader.get<{ rows: number }>('SELECT count(*) AS rows FROM audit WHERE domain_id = ?', domain.id))?.rows ??
  0;

describe('[A3] every change of the API', () => {
  test('[A3] is in the table above', () => {
    const changing = harness.routes
      .filter(({ method, url }) => method !== 'GET' && method !== 'HEAD' && url.startsWith('/api/v1/'))
      .filter(({ url }) => !/^\/api\/v1\/(?:operator|portal)\//.test(url))
      .map(({ method, url }) => `${method} ${url.slice('/api/v1'.length)}`);
    expect(changing.filter((route) => !(route in changes) && !ELSEWHERE.has(route))).toEqual([]);
  });

  test('[A3] leaves at least one audit row, with the user, the address and the correlation id', async () => {
    const domain = await harness.domain('capitalcity');
    for (const [name, arrange] of Object.entries(changes)) {
      const { url, body = {} } = await arrange(domain);
      const before = await rowsOf(domain);
      const [method = ''] = name.split(' ');
      const answer = await harness.request(method as 'POST', `/api/v1${url}`, { cookie: domain.cookie, body });
      expect([name, answer.status < 300]).toEqual([name, true]);
      expect([name, (await rowsOf(domain)) > before]).toEqual([name, true]);
      const { items } = await audit(`q=${String(answer.headers['x-correlation-id'])}`, domain);
      expect([name, items[0]]).toMatchObject([name, { actor: 'admin@capitalcity', address: '127.0.0.1' }]);
    }
  });
});
