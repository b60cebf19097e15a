import { getMigrations } from 'better-auth/db/migration';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { signInLibrary } from '../../identity/library.ts';
import { portalRealm } from '../realm.ts';
import { openHarness, PASSWORD, type Harness } from '../../service/testing/harness.ts';
import { PortalCrew } from '../../service/testing/portal.ts';
import { isOnPostgres } from '../../../test/support/test-database.ts';

const HOUR_MS = 3_600_000;
const signUpOf = (email: string, about: object = {}) => ({ email, password: PASSWORD, name: 'Marge Simpson', ...about });
const codeOf = ({ json }: { json: Record<string, unknown> | null }): unknown => json?.['code'];

let harness: Harness;
let crew: PortalCrew;

beforeAll(async () => {
  harness = await openHarness();
  crew = new PortalCrew(harness);
});

afterAll(async () => harness.close());

test.skipIf(isOnPostgres)('the sign-in library finds nothing missing in the portal’s tables', async () => {
  const library = signInLibrary(portalRealm, {
    store: harness.store,
    secret: 'a secret for tests, long enough for anyone',
    publicUrl: 'http://127.0.0.1:8080',
    log: (line) => expect(line).toBe(''),
  });
  const { toBeCreated, toBeAdded, unsafeChanges } = await getMigrations(library.options, { throwOnUnsafe: false });
  expect({ toBeCreated, toBeAdded, unsafeChanges }).toEqual({ toBeCreated: [], toBeAdded: [], unsafeChanges: [] });
});

describe('[D2] [K3] signing up to the portal', () => {
  test('[D2] opening the link changes nothing; link and password together activate, once', async () => {
    const email = 'marge@example.org';
    const answer = await crew.open(
      '/signup',
      signUpOf('Marge@Example.org', { organization: 'Springfield schools', language: 'fr' }),
    );
    expect([answer.status, answer.json, answer.cookie]).toEqual([201, { email }, '']);
    expect(await crew.visitor.mailsTo(email)).toMatchObject([
      { template: 'portal-activation', language: 'fr', data: '{"person":"Marge Simpson"}' },
    ]);
    const token = await crew.visitor.tokenTo(email);
    expect(Buffer.from(token, 'base64url')).toHaveLength(32);
    expect(codeOf(await crew.open('/session', { email, password: PASSWORD }))).toBe('sign-in-failed');
    for (let opened = 0; opened < 2; opened += 1)
      expect((await crew.open('/activation/show', { token })).json).toEqual({ email, name: 'Marge Simpson' });
    expect(codeOf(await crew.open('/activation', { token, password: 'not the password' }))).toBe('password-wrong');
    expect(codeOf(await crew.open('/session', { email, password: PASSWORD }))).toBe('sign-in-failed');
    expect((await crew.open('/activation', { token, password: PASSWORD })).status).toBe(200);
    expect(codeOf(await crew.open('/activation', { token, password: PASSWORD }))).toBe('link-not-valid');
    const cookie = await crew.signIn(email);
    expect((await crew.call(cookie, 'GET', '/session')).json).toEqual({ email, name: 'Marge Simpson' });
    expect((await crew.call(cookie, 'GET', '/organizations')).json).toMatchObject({
      items: [{ name: 'Springfield schools', role: 'admin', members: 1 }],
      total: 1,
    });
    const stored = JSON.stringify(
      await Promise.all(
        ['portal_sign_ups', 'auth_portal_user', 'audit'].map(async (table) => harness.store.reader.all(`SELECT * FROM ${table}`)),
      ),
    );
    expect(stored + harness.log.join('')).not.toContain(token);
  });

  test('[D2] a link is good for 48 hours; a newer one makes it void', async () => {
    const email = 'lisa@example.org';
    await crew.open('/signup', signUpOf(email));
    const first = await crew.visitor.tokenTo(email);
    const seen = await crew.visitor.newestTo(email);
    expect((await crew.open('/signup/resend', { email: 'LISA@example.org' })).status).toBe(202);
    await expect.poll(async () => crew.visitor.newestTo(email)).toBeGreaterThan(seen);
    expect(codeOf(await crew.open('/activation/show', { token: first }))).toBe('link-not-valid');
    const second = await crew.visitor.tokenTo(email);
    harness.now += 48 * HOUR_MS - 1;
    expect((await crew.open('/activation/show', { token: second })).status).toBe(200);
    harness.now += 1;
    expect(codeOf(await crew.open('/activation', { token: second, password: PASSWORD }))).toBe('link-not-valid');
    await harness.store.write('prunePortal', { now: harness.now });
    expect(await harness.store.reader.all('SELECT * FROM portal_sign_ups')).toEqual([]);
  });

  test('[D2] nobody learns whether an e-mail has an account: same answers; its owner gets a link to reset the password', async () => {
    const { email, cookie } = await crew.person('homer');
    const known = await crew.open('/signup', { ...signUpOf(email), password: 'another password' });
    const unknown = await crew.open('/signup', signUpOf('nobody-yet@example.org'));
    expect([known.status, known.json]).toEqual([unknown.status, { email }]);
    expect((await crew.visitor.mailsTo(email)).at(-1)).toMatchObject({ template: 'portal-reset' });
    expect((await crew.call(cookie, 'GET', '/session')).status).toBe(200);
    expect(codeOf(await crew.open('/session', { email, password: 'another password' }))).toBe('sign-in-failed');
    const mails = (await harness.store.reader.all('SELECT id FROM outbox')).length;
    for (const address of ['nobody-at-all@example.org', 'not an e-mail'])
      for (const url of ['/signup/resend', '/password/forgot'])
        expect((await crew.open(url, { email: address })).status).toBe(202);
    await harness.store.write('prunePortal', { now: harness.now });
    expect(await harness.store.reader.all('SELECT id FROM outbox')).toHaveLength(mails);
  });

  test('[D1] refuses what is no e-mail and passwords that anybody would try', async () => {
    expect(codeOf(await crew.open('/signup', signUpOf('not an e-mail')))).toBe('invalid-request');
    expect(codeOf(await crew.open('/signup', { ...signUpOf('a@example.org'), password: 'short' }))).toBe('invalid-request');
    for (const password of ['password123', 'Marge Simpson12', 'Springfield schools'])
      expect(
        codeOf(await crew.open('/signup', { ...signUpOf('a@example.org', { organization: 'Springfield schools' }), password })),
      ).toBe('password-weak');
    expect(await crew.visitor.mailsTo('a@example.org')).toEqual([]);
  });
});

describe('[D2] [D6] a forgotten password', () => {
  test('[D6] the link gives another password once and ends all sessions', async () => {
    const { email, cookie } = await crew.person('ned');
    const seen = await crew.visitor.newestTo(email);
    expect((await crew.open('/password/forgot', { email })).status).toBe(202);
    await expect.poll(async () => crew.visitor.newestTo(email)).toBeGreaterThan(seen);
    const token = await crew.visitor.tokenTo(email);
    expect((await crew.open('/password/reset/show', { token })).json).toEqual({ email, name: 'ned' });
    expect(codeOf(await crew.open('/password/reset', { token, password: 'password123' }))).toBe('password-weak');
    expect((await crew.call(cookie, 'GET', '/session')).status).toBe(200);
    expect((await crew.open('/password/reset', { token, password: 'a quite new password' })).status).toBe(204);
    expect((await crew.call(cookie, 'GET', '/session')).code).toBe('signed-out');
    expect(codeOf(await crew.open('/password/reset', { token, password: 'a quite new password' }))).toBe('link-not-valid');
    expect(codeOf(await crew.open('/session', { email, password: PASSWORD }))).toBe('sign-in-failed');
    expect(await crew.signIn(email, 'a quite new password')).toMatch(/^rollcall-portal=/);
  });
});

describe('[A4] [A5] sessions of the portal', () => {
  test('[A4] a domain’s session opens nothing here, the portal’s nothing there, under either cookie’s name', async () => {
    const domain = await harness.domain('springfield');
    const { cookie } = await crew.person('apu');
    const value = (line: string): string => line.slice(line.indexOf('=') + 1);
    for (const strange of [domain.cookie, `rollcall-portal=${value(domain.cookie)}`])
      expect((await crew.call(strange, 'GET', '/session')).code).toBe('signed-out');
    for (const strange of [cookie, `rollcall-session=${value(cookie)}`])
      expect((await harness.request('GET', '/api/v1/session', { cookie: strange })).status).toBe(401);
    const both = `${domain.cookie}; ${cookie}`;
    expect((await crew.call(both, 'GET', '/session')).json).toEqual({ email: 'apu@example.org', name: 'apu' });
    expect((await harness.request('GET', '/api/v1/session', { cookie: both })).json).toMatchObject({ user: 'admin@springfield' });
    // Signing out of one leaves the other.
    expect((await crew.call(both, 'DELETE', '/session')).status).toBe(204);
    expect((await harness.request('GET', '/api/v1/session', { cookie: both })).status).toBe(200);
    expect((await crew.call(both, 'GET', '/session')).code).toBe('signed-out');
  });

  test('[A5] the cookie is HttpOnly and Lax, with https also Secure and __Host-; a change needs an Origin of ours', async () => {
    const { email, cookie } = await crew.person('moe');
    const signedIn = await harness.request('POST', '/api/v1/portal/session', { body: { email, password: PASSWORD } });
    expect(String(signedIn.headers['set-cookie'])).toMatch(
      /^rollcall-portal=[^;]+; Max-Age=\d+; Path=\/; HttpOnly; SameSite=Lax$/,
    );
    expect(signedIn.headers['cache-control']).toBe('no-store');
    const foreign = { origin: 'http://evil.example' };
    for (const url of ['/organizations', '/claims', '/session'])
      expect(await harness.request('POST', `/api/v1/portal${url}`, { cookie, headers: foreign, body: {} })).toMatchObject({
        status: 403,
        json: { code: 'origin-refused' },
      });
    const secure = await openHarness({ publicUrl: 'https://rollcall.example' });
    const there = new PortalCrew(secure);
    const headers = { host: 'rollcall.example', origin: 'https://rollcall.example' };
    const post = async (url: string, body: object) => secure.request('POST', `/api/v1/portal${url}`, { headers, body });
    await post('/signup', signUpOf(email));
    await post('/activation', { token: await there.visitor.tokenTo(email), password: PASSWORD });
    expect(String((await post('/session', { email, password: PASSWORD })).headers['set-cookie'])).toMatch(
      /^__Host-rollcall-portal=[^;]+; Max-Age=\d+; Path=\/; HttpOnly; Secure; SameSite=Lax$/,
    );
    await secure.close();
  });

  test('[D6] tries are limited by (user, address), never by the user alone', async () => {
    const { email } = await crew.person('barney');
    const tries = Array.from({ length: 12 }, async () =>
      crew.open('/session', { email, password: 'guess number one' }, { address: '203.0.113.9' }),
    );
    const codes = (await Promise.all(tries)).map(codeOf);
    expect([codes.filter((code) => code === 'sign-in-failed').length, codes.filter((code) => code === 'busy').length]).toEqual([
      10, 2,
    ]);
    expect(await crew.signIn(email)).not.toBe('');
  });
});
