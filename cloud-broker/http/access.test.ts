import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openHarness, PASSWORD, TOKEN, type Harness, type TestDomain } from './testing/harness.ts';

let harness: Harness;
let springfield: TestDomain;
let shelbyville: TestDomain;
const ids = { device: '', waiting: '', block: '', key: '', user: '', session: '' };

beforeAll(async () => {
  harness = await openHarness();
  springfield = await harness.domain('springfield');
  shelbyville = await harness.domain('shelbyville');
  ids.device = await harness.device(springfield, 'S-1');
  ids.waiting = (await harness.enrol(springfield, 'unlisted-1')).deviceId;
  const turnedAway = (await harness.enrol(springfield, 'unlisted-2')).deviceId;
  const rejected = await harness.request('POST', `/api/v1/devices/${turnedAway}/reject`, {
    cookie: springfield.cookie,
    body: {},
  });
  ids.block = (rejected.json as { id: string }).id;
  const keyAbout = { name: 'of springfield', scopes: ['devices:read'] };
  const made = await harness.request('POST', '/api/v1/api-keys', { cookie: springfield.cookie, body: keyAbout });
  ids.key = (made.json as { id: string }).id;
  const invited = { name: 'ned', email: 'ned@example.org' };
  const user = await harness.request('POST', '/api/v1/users', { cookie: springfield.cookie, body: invited });
  ids.user = (user.json as { id: string }).id;
  const sessions = await harness.request('GET', '/api/v1/sessions', { cookie: springfield.cookie });
  ids.session = (sessions.json as { items: { id: string }[] }).items[0]?.id ?? '';
});

afterAll(async () => harness.close());

interface Try {
  method: 'GET' | 'POST' | 'PATCH' | 'DELETE';
  url: string;
  body?: object;
}

/** What each route answers the other domain's admin: `not-found`, or a list that shows nothing of ours. */
type Expected = 'portal' | 'not-found' | 'own-only' | 'made' | 'done' | 'operator' | 'open' | 'password-wrong' | 'conflict';

const table: Record<string, { expected: Expected; try: () => Try }> = {
  'POST /session': {
    expected: 'open',
    try: () => ({ method: 'POST', url: '/session', body: { user: 'admin@nowhere', password: 'x' } }),
  },
  'GET /session': { expected: 'own-only', try: () => ({ method: 'GET', url: '/session' }) },
  'DELETE /session': { expected: 'open', try: () => ({ method: 'DELETE', url: '/session' }) },
  'POST /signup': { expected: 'open', try: () => ({ method: 'POST', url: '/signup', body: {} }) },
  'GET /signup/names/:name': { expected: 'open', try: () => ({ method: 'GET', url: '/signup/names/springfield' }) },
  'POST /signup/resend': { expected: 'open', try: () => ({ method: 'POST', url: '/signup/resend', body: {} }) },
  'POST /activation/show': { expected: 'open', try: () => ({ method: 'POST', url: '/activation/show', body: {} }) },
  'POST /activation': { expected: 'open', try: () => ({ method: 'POST', url: '/activation', body: {} }) },
  'POST /password/forgot': { expected: 'open', try: () => ({ method: 'POST', url: '/password/forgot', body: {} }) },
  'POST /password/reset/show': { expected: 'open', try: () => ({ method: 'POST', url: '/password/reset/show', body: {} }) },
  'POST /password/reset': { expected: 'open', try: () => ({ method: 'POST', url: '/password/reset', body: {} }) },
  // These name nobody: they are about who calls, whose password is not the one typed here.
  'POST /password': {
    expected: 'password-wrong',
    try: () => ({ method: 'POST', url: '/password', body: { current: 'not the password', password: 'another password' } }),
  },
  'POST /second-factor': {
    expected: 'password-wrong',
    try: () => ({ method: 'POST', url: '/second-factor', body: { password: 'not the password' } }),
  },
  'POST /second-factor/confirm': {
    expected: 'conflict',
    try: () => ({ method: 'POST', url: '/second-factor/confirm', body: { code: '123456' } }),
  },
  'POST /second-factor/off': {
    expected: 'password-wrong',
    try: () => ({ method: 'POST', url: '/second-factor/off', body: { password: 'not the password' } }),
  },
  'GET /users': { expected: 'own-only', try: () => ({ method: 'GET', url: '/users' }) },
  'POST /users': {
    expected: 'made',
    try: () => ({ method: 'POST', url: '/users', body: { name: 'ours', email: 'ours@example.org' } }),
  },
  'PATCH /users/:id': {
    expected: 'not-found',
    try: () => ({ method: 'PATCH', url: `/users/${ids.user}`, body: { role: 'admin', email: 'thief@example.org' } }),
  },
  'DELETE /users/:id': { expected: 'not-found', try: () => ({ method: 'DELETE', url: `/users/${ids.user}` }) },
  'POST /users/:id/resend': {
    expected: 'not-found',
    try: () => ({ method: 'POST', url: `/users/${ids.user}/resend`, body: {} }),
  },
  'POST /invitation/show': { expected: 'open', try: () => ({ method: 'POST', url: '/invitation/show', body: {} }) },
  'POST /invitation': { expected: 'open', try: () => ({ method: 'POST', url: '/invitation', body: {} }) },
  'GET /sessions': { expected: 'own-only', try: () => ({ method: 'GET', url: '/sessions' }) },
  'DELETE /sessions/:id': { expected: 'not-found', try: () => ({ method: 'DELETE', url: `/sessions/${ids.session}` }) },
  'POST /sessions/end-others': {
    expected: 'own-only',
    try: () => ({ method: 'POST', url: '/sessions/end-others', body: {} }),
  },
  'PATCH /me': { expected: 'own-only', try: () => ({ method: 'PATCH', url: '/me', body: { language: 'en' } }) },
  'GET /devices': { expected: 'own-only', try: () => ({ method: 'GET', url: '/devices' }) },
  'GET /devices/counts': { expected: 'own-only', try: () => ({ method: 'GET', url: '/devices/counts' }) },
  'GET /devices/:id': { expected: 'not-found', try: () => ({ method: 'GET', url: `/devices/${ids.device}` }) },
  'PATCH /devices/:id': {
    expected: 'not-found',
    try: () => ({ method: 'PATCH', url: `/devices/${ids.device}`, body: { label: 'ours now' } }),
  },
  'DELETE /devices/:id': { expected: 'not-found', try: () => ({ method: 'DELETE', url: `/devices/${ids.device}` }) },
  'POST /devices/:id/approve': {
    expected: 'not-found',
    try: () => ({ method: 'POST', url: `/devices/${ids.waiting}/approve`, body: {} }),
  },
  'POST /devices/:id/reject': {
    expected: 'not-found',
    try: () => ({ method: 'POST', url: `/devices/${ids.waiting}/reject`, body: {} }),
  },
  'GET /blocks': { expected: 'own-only', try: () => ({ method: 'GET', url: '/blocks' }) },
  'DELETE /blocks/:id': { expected: 'not-found', try: () => ({ method: 'DELETE', url: `/blocks/${ids.block}` }) },
  'GET /billing': { expected: 'own-only', try: () => ({ method: 'GET', url: '/billing' }) },
  'GET /billing/history': { expected: 'own-only', try: () => ({ method: 'GET', url: '/billing/history' }) },
  'GET /billing/held': { expected: 'own-only', try: () => ({ method: 'GET', url: '/billing/held' }) },
  'GET /api-keys': { expected: 'own-only', try: () => ({ method: 'GET', url: '/api-keys' }) },
  'POST /api-keys': {
    expected: 'made',
    try: () => ({ method: 'POST', url: '/api-keys', body: { name: 'ours', scopes: ['billing'] } }),
  },
  'DELETE /api-keys/:id': { expected: 'not-found', try: () => ({ method: 'DELETE', url: `/api-keys/${ids.key}` }) },
  'GET /domain': { expected: 'own-only', try: () => ({ method: 'GET', url: '/domain' }) },
  'PATCH /domain': { expected: 'own-only', try: () => ({ method: 'PATCH', url: '/domain', body: { phone: '555' } }) },
  'POST /domain/pairing-code': { expected: 'own-only', try: () => ({ method: 'POST', url: '/domain/pairing-code', body: {} }) },
  'DELETE /domain/pairing-code': { expected: 'done', try: () => ({ method: 'DELETE', url: '/domain/pairing-code' }) },
  'POST /domain/close': {
    expected: 'own-only',
    try: () => ({ method: 'POST', url: '/domain/close', body: { name: 'shelbyville', password: PASSWORD } }),
  },
  'DELETE /domain/close': { expected: 'done', try: () => ({ method: 'DELETE', url: '/domain/close' }) },
  // What the portal's own sessions reach of others is tried in routes/portal-*.test.ts; a domain's reach nothing.
  'POST /portal/signup': { expected: 'open', try: () => ({ method: 'POST', url: '/portal/signup', body: {} }) },
  'POST /portal/signup/resend': { expected: 'open', try: () => ({ method: 'POST', url: '/portal/signup/resend', body: {} }) },
  'POST /portal/activation/show': { expected: 'open', try: () => ({ method: 'POST', url: '/portal/activation/show', body: {} }) },
  'POST /portal/activation': { expected: 'open', try: () => ({ method: 'POST', url: '/portal/activation', body: {} }) },
  'POST /portal/password/forgot': { expected: 'open', try: () => ({ method: 'POST', url: '/portal/password/forgot', body: {} }) },
  'POST /portal/password/reset/show': { expected: 'open', try: () => ({ method: 'POST', url: '/portal/password/reset/show', body: {} }) },
  'POST /portal/password/reset': { expected: 'open', try: () => ({ method: 'POST', url: '/portal/password/reset', body: {} }) },
  'POST /portal/session': { expected: 'open', try: () => ({ method: 'POST', url: '/portal/session', body: {} }) },
  'GET /portal/session': { expected: 'portal', try: () => ({ method: 'GET', url: '/portal/session' }) },
  'DELETE /portal/session': { expected: 'open', try: () => ({ method: 'DELETE', url: '/portal/session' }) },
  'GET /portal/organizations': { expected: 'portal', try: () => ({ method: 'GET', url: '/portal/organizations' }) },
  'POST /portal/organizations': { expected: 'portal', try: () => ({ method: 'POST', url: '/portal/organizations', body: { name: 'Springfield schools' } }) },
  'GET /portal/organizations/:id/members': { expected: 'portal', try: () => ({ method: 'GET', url: '/portal/organizations/1/members' }) },
  'PATCH /portal/organizations/:id/members/:member': { expected: 'portal', try: () => ({ method: 'PATCH', url: '/portal/organizations/1/members/1', body: { role: 'admin' } }) },
  'DELETE /portal/organizations/:id/members/:member': { expected: 'portal', try: () => ({ method: 'DELETE', url: '/portal/organizations/1/members/1' }) },
  'POST /portal/organizations/:id/invitations': { expected: 'portal', try: () => ({ method: 'POST', url: '/portal/organizations/1/invitations', body: { email: 'thief@example.org' } }) },
  'POST /portal/invitation/show': { expected: 'open', try: () => ({ method: 'POST', url: '/portal/invitation/show', body: {} }) },
  'POST /portal/invitation': { expected: 'open', try: () => ({ method: 'POST', url: '/portal/invitation', body: {} }) },
  'POST /portal/claims/preview': { expected: 'portal', try: () => ({ method: 'POST', url: '/portal/claims/preview', body: { code: 'a code' } }) },
  'POST /portal/claims': { expected: 'portal', try: () => ({ method: 'POST', url: '/portal/claims', body: { code: 'a code' } }) },
  'GET /portal/subscriptions': { expected: 'portal', try: () => ({ method: 'GET', url: '/portal/subscriptions' }) },
  'GET /portal/subscriptions/:id/boards': { expected: 'portal', try: () => ({ method: 'GET', url: '/portal/subscriptions/1/boards' }) },
  'POST /operator/claims': { expected: 'operator', try: () => ({ method: 'POST', url: '/operator/claims', body: { invoice: 'INV-1' } }) },
  'GET /audit': { expected: 'own-only', try: () => ({ method: 'GET', url: '/audit' }) },
  'GET /events': { expected: 'own-only', try: () => ({ method: 'GET', url: '/events' }) },
  'POST /operator/domains': {
    expected: 'operator',
    try: () => ({
      method: 'POST',
      url: '/operator/domains',
      body: { name: 'ogdenville', email: 'a@example.org', password: 'long enough for it' },
    }),
  },
  'GET /operator/domains': { expected: 'operator', try: () => ({ method: 'GET', url: '/operator/domains' }) },
  'GET /operator/domains/:name': { expected: 'operator', try: () => ({ method: 'GET', url: '/operator/domains/springfield' }) },
  'PATCH /operator/domains/:name/enrolment': {
    expected: 'operator',
    try: () => ({ method: 'PATCH', url: '/operator/domains/springfield/enrolment', body: { unlisted: 'accept' } }),
  },
  'GET /operator/domains/:name/history': {
    expected: 'operator',
    try: () => ({ method: 'GET', url: '/operator/domains/springfield/history' }),
  },
  'POST /operator/register': {
    expected: 'operator',
    try: () => ({ method: 'POST', url: '/operator/register', body: { lines: [] } }),
  },
  'GET /operator/boards/:serial': { expected: 'operator', try: () => ({ method: 'GET', url: '/operator/boards/S-1' }) },
  'POST /operator/backup': {
    expected: 'operator',
    try: () => ({ method: 'POST', url: '/operator/backup', body: { file: '/tmp/b' } }),
  },
  'POST /operator/ledger/verify': {
    expected: 'operator',
    try: () => ({ method: 'POST', url: '/operator/ledger/verify', body: {} }),
  },
};

const ANSWERS: Record<Expected, [number, string | undefined]> = {
  'not-found': [404, 'not-found'],
  operator: [401, 'signed-out'],
  portal: [401, 'signed-out'],
  'own-only': [200, undefined],
  'password-wrong': [422, 'password-wrong'],
  conflict: [409, 'conflict'],
  made: [201, undefined],
  done: [204, undefined],
  open: [200, undefined],
};

const codeOf = ({ status, json }: { status: number; json: unknown }): string | undefined =>
  status < 400 ? undefined : (json as { code?: string } | null)?.code;

/** Everything of springfield that a leak could show. */
function stateOfSpringfield(): string {
  const { reader } = harness.store;
  return JSON.stringify([
    reader.all('SELECT id, state, label, tags, status FROM devices WHERE domain_id = ? ORDER BY id', springfield.id),
    reader.all('SELECT * FROM blocks WHERE domain_id = ?', springfield.id),
    reader.all('SELECT * FROM api_keys WHERE domain_id = ?', springfield.id),
    reader.all('SELECT * FROM auth_user WHERE "domainId" = ?', springfield.id),
    reader.all('SELECT s.* FROM auth_session s JOIN auth_user u ON u."id" = s."userId" WHERE u."domainId" = ?', springfield.id),
    reader.all('SELECT * FROM tokens WHERE domain_id = ?', springfield.id),
    reader.all('SELECT name, unlisted, pairing_hash, phone, closing_at FROM domains WHERE id = ?', springfield.id),
  ]);
}

const rows = Object.entries(table).map(([route, row]) => ({ route, ...row }));
const closed = rows.filter(({ expected }) => expected !== 'open');
/** What the stream shows is tried in events/events.test.ts. */
const answered = closed.filter(({ route }) => route !== 'GET /events');

describe('[A4] every route', () => {
  test('[A4] is in the table above', () => {
    const registered = harness.routes
      .filter(({ url }) => url.startsWith('/api/v1/'))
      .map(({ method, url }) => `${method} ${url.slice('/api/v1'.length)}`);
    expect(registered.toSorted()).toEqual(Object.keys(table).toSorted());
  });

  test.each(closed)('[A4] $route is signed-out without a session', async (row) => {
    const { method, url, body } = row.try();
    const answer = await harness.request(method, `/api/v1${url}`, body === undefined ? {} : { body });
    expect(answer.status).toBe(401);
    expect(answer.json).toMatchObject({ code: 'signed-out' });
  });

  test.each(answered)("[A4] $route shows and changes nothing of another domain's", async (row) => {
    const before = stateOfSpringfield();
    const { method, url, body } = row.try();
    const answer = await harness.request(method, `/api/v1${url}`, {
      cookie: shelbyville.cookie,
      ...(body === undefined ? {} : { body }),
    });
    expect([answer.status, codeOf(answer)]).toEqual(ANSWERS[row.expected]);
    expect(answer.text).not.toContain('springfield');
    expect(answer.text).not.toContain(ids.device);
    expect(answer.text).not.toContain(ids.waiting);
    expect(stateOfSpringfield()).toBe(before);
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
    const without = await openHarness({ operatorTokens: [] });
    expect(await without.request('GET', '/api/v1/operator/domains', { headers: { authorization: 'Bearer ' } })).toMatchObject({
      status: 404,
    });
    expect(without.routes.filter(({ url }) => url.includes('/operator'))).toEqual([]);
    await without.close();
  });
});
