import { once } from 'node:events';
import { request as httpRequest, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { sessionsPage, type OwnSession } from '../../../protocol/api-users.ts';
import { defaultHttpLimits } from '../../http/deps.ts';
import { HOST, openHarness, type Harness, type TestDomain } from '../../service/testing/harness.ts';
import { Crew, type Person } from '../../service/testing/users.ts';
import { isOnPostgres } from '../../../test/support/test-database.ts';

let harness: Harness;
let crew: Crew;
let springfield: TestDomain;

beforeAll(async () => {
  harness = await openHarness({ limits: { stream: { sessionCheckMs: 20 } } });
  crew = new Crew(harness);
  springfield = await harness.domain('springfield');
  await harness.app.listen({ port: 0, host: '127.0.0.1' });
});
afterAll(async () => harness.close());

async function sessions(cookie: string): Promise<OwnSession[]> {
  return sessionsPage.parse((await crew.call(cookie, 'GET', '/sessions')).json).items;
}

const currentOf = async (cookie: string): Promise<string> => (await sessions(cookie)).find(({ current }) => current)?.id ?? '';

describe('one’s own sessions', () => {
  test('[D6] are listed newest first, with address, browser and which one asks; nothing of anybody else', async () => {
    const lisa = await crew.person(springfield, 'lisa');
    const signIn = { user: lisa.user, password: 'correct horse battery' };
    const browser = 'Mozilla/5.0 (X11; Linux x86_64) Firefox/140.0';
    await crew.visitor.call('POST', '/session', signIn, { address: '192.0.2.7', headers: { 'user-agent': browser } });
    const shown = await sessions(lisa.cookie);
    expect(shown).toHaveLength(2);
    expect(shown[0]).toMatchObject({ address: '192.0.2.7', userAgent: browser, current: false });
    expect(shown[1]).toMatchObject({ userAgent: 'test', current: true });
    const page = sessionsPage.parse((await crew.call(lisa.cookie, 'GET', '/sessions?limit=1')).json);
    const rest = sessionsPage.parse((await crew.call(lisa.cookie, 'GET', `/sessions?limit=1&cursor=${page.nextCursor}`)).json);
    expect([page.items[0]?.id, rest.items[0]?.id, rest.nextCursor, page.total]).toEqual([shown[0]?.id, shown[1]?.id, null, 2]);
    expect(JSON.stringify(await sessions(springfield.cookie))).not.toContain('192.0.2.7');
  });

  test('[D6] can be ended one by one, or all others at once; the log has it', async () => {
    const bart = await crew.person(springfield, 'bart');
    const [two, three, four] = [
      await harness.signIn(bart.user),
      await harness.signIn(bart.user),
      await harness.signIn(bart.user),
    ];
    expect((await crew.call(bart.cookie, 'DELETE', `/sessions/${await currentOf(two)}`)).status).toBe(204);
    expect(await Promise.all([two, three, four].map((cookie) => crew.isSignedIn(cookie)))).toEqual([false, true, true]);
    expect(await crew.call(bart.cookie, 'POST', '/sessions/end-others', {})).toEqual({ status: 200, json: { ended: 2 } });
    expect(await crew.call(bart.cookie, 'POST', '/sessions/end-others', {})).toEqual({ status: 200, json: { ended: 0 } });
    expect(await Promise.all([three, four, bart.cookie].map((cookie) => crew.isSignedIn(cookie)))).toEqual([false, false, true]);
    expect((await crew.call(bart.cookie, 'DELETE', `/sessions/${await currentOf(bart.cookie)}`)).status).toBe(204);
    expect(await crew.isSignedIn(bart.cookie)).toBe(false);
    expect(await crew.audit(springfield, 'session.ended')).toMatchObject([{ subject: bart.user }, { subject: bart.user }]);
    expect(await crew.audit(springfield, 'session.others-ended')).toMatchObject([{ details: { sessions: 2 } }]);
  });

  test('[A4] nobody ends another’s, not of the same domain either', async () => {
    const milhouse = await crew.person(springfield, 'milhouse');
    const id = await currentOf(milhouse.cookie);
    expect(await crew.call(springfield.cookie, 'DELETE', `/sessions/${id}`)).toMatchObject({
      status: 404,
      json: { code: 'not-found' },
    });
    expect(await crew.isSignedIn(milhouse.cookie)).toBe(true);
  });

  test.skipIf(isOnPostgres)('[D6] are at most 50: the oldest go, and those that are over', async () => {
    const nelson = await crew.person(springfield, 'nelson');
    await harness.store.write('accountStatement', {
      text: `INSERT INTO auth_session ("id", "expiresAt", "token", "createdAt", "updatedAt", "userId")
        WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 60)
        SELECT 'n' || i, '2999-01-01T00:00:00.000Z', 'n' || i, '2020-01-01T00:00:' || printf('%02d', i - 1) || '.000Z', '', ? FROM n RETURNING 1`,
      parameters: [nelson.id],
    });
    const newest = await harness.signIn(nelson.user);
    const left = await sessions(newest);
    expect(left).toHaveLength(50);
    expect(await harness.store.reader.all('SELECT 1 FROM auth_session WHERE "userId" = ?', nelson.id)).toHaveLength(50);
    expect(left.map(({ id }) => id)).toContain('n60');
    expect(left.map(({ id }) => id)).not.toContain('n12');
    await harness.store.write('accountStatement', {
      text: `UPDATE auth_session SET "expiresAt" = '2020-01-02T00:00:00.000Z' WHERE "createdAt" < '2021-01-01' RETURNING 1`,
      parameters: [],
    });
    const last = await harness.signIn(nelson.user);
    expect(await sessions(last)).toHaveLength(3);
    expect(await harness.store.reader.all('SELECT 1 FROM auth_session WHERE "userId" = ?', nelson.id)).toHaveLength(3);
  });

  test('[D6] the language of one’s mails is one’s own', async () => {
    const apu = await crew.person(springfield, 'apu');
    expect(await crew.call(apu.cookie, 'PATCH', '/me', { language: 'fr' })).toEqual({
      status: 200,
      json: { user: apu.user, language: 'fr' },
    });
    expect((await crew.list(springfield.cookie)).find(({ id }) => id === apu.id)?.language).toBe('fr');
    for (const body of [{}, { language: 'de' }, { role: 'admin' }])
      expect((await crew.call(apu.cookie, 'PATCH', '/me', body)).status).toBe(400);
  });
});

/** Resolves when the stream of this session ends. */
async function stream(cookie: string): Promise<{ ended: Promise<boolean>; text: () => string }> {
  const { port } = harness.app.server.address() as AddressInfo;
  const sent = httpRequest({ port, host: '127.0.0.1', path: '/api/v1/events', headers: { host: HOST, cookie }, agent: false });
  sent.end();
  const [response] = (await once(sent, 'response')) as [IncomingMessage];
  let text = '';
  response.setEncoding('utf8').on('data', (chunk: string) => {
    text += chunk;
  });
  return { ended: once(response, 'end').then(() => true), text: () => text };
}

describe('[A5] an event stream', () => {
  const ends: [string, (person: Person) => Promise<unknown>][] = [
    ['role', async ({ id }) => crew.call(springfield.cookie, 'PATCH', `/users/${id}`, { role: 'admin' })],
    ['tags', async ({ id }) => crew.call(springfield.cookie, 'PATCH', `/users/${id}`, { tags: ['a'] })],
    ['Billing', async ({ id }) => crew.call(springfield.cookie, 'PATCH', `/users/${id}`, { billing: true })],
    ['removal', async ({ id }) => crew.call(springfield.cookie, 'DELETE', `/users/${id}`)],
    ['own end', async ({ cookie }) => crew.call(cookie, 'DELETE', `/sessions/${await currentOf(cookie)}`)],
    ['end of the others', async ({ user }) => crew.call(await harness.signIn(user), 'POST', '/sessions/end-others', {})],
  ];

  test('[A5] is looked at often enough to end within 5 s', () => {
    expect(defaultHttpLimits.stream.sessionCheckMs).toBeLessThan(5000);
  });

  test.each(ends)('[A5] [D6] ends with the %s of its user', async (what, act) => {
    const person = await crew.person(springfield, `stream.${what.replaceAll(' ', '-').toLowerCase()}`);
    const { ended } = await stream(person.cookie);
    await act(person);
    expect(await ended).toBe(true);
  });

  test('[A5] of oneself, whose session goes on, ends too when the tags change: it showed what the old ones let see', async () => {
    const self = await crew.person(springfield, 'self', { role: 'admin' });
    const { ended } = await stream(self.cookie);
    expect((await crew.call(self.cookie, 'PATCH', `/users/${self.id}`, { tags: ['a'] })).status).toBe(200);
    expect(await ended).toBe(true);
    expect(await crew.isSignedIn(self.cookie)).toBe(true);
  });
});
