import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openHarness, ORIGIN, PASSWORD, type Harness } from '../../service/testing/harness.ts';
import { OwnAccess } from '../../service/testing/own-access.ts';
import { Visitor } from '../../service/testing/visitor.ts';

let harness: Harness;
let visitor: Visitor;
let own: OwnAccess;

beforeAll(async () => {
  harness = await openHarness();
  visitor = new Visitor(harness, ORIGIN);
  own = new OwnAccess(harness, visitor);
});
afterAll(async () => harness.close());

const HOUR_MS = 3_600_000;

describe('a forgotten password', () => {
  test('[D6] is chosen anew by the link of a mail; every session ends, the link is used up', async () => {
    const { domain, others } = await own.threeSessions('springfield');
    const token = await own.resetToken(domain);
    expect(await visitor.mailsTo('springfield@example.org')).toMatchObject([{ template: 'reset', language: 'en' }]);
    expect((await visitor.call('POST', '/password/reset/show', { token })).json).toEqual({ user: 'admin@springfield' });
    for (const cookie of [domain.cookie, ...others]) expect(await own.isIn(cookie)).toBe(true);

    const weak = await visitor.call('POST', '/password/reset', { token, password: 'springfield1' });
    expect(weak).toMatchObject({ status: 422, json: { code: 'password-weak' } });
    expect((await visitor.call('POST', '/password/reset', { token, password: 'a better password' })).status).toBe(204);
    for (const cookie of [domain.cookie, ...others]) expect(await own.isIn(cookie)).toBe(false);
    expect((await own.signIn(`admin@${domain.name}`)).status).toBe(401);
    expect((await own.signIn(`admin@${domain.name}`, 'a better password')).status).toBe(200);
    expect(await visitor.call('POST', '/password/reset', { token, password: 'yet another one' })).toMatchObject({
      status: 422,
      json: { code: 'link-not-valid' },
    });
    expect(await harness.store.reader.get("SELECT actor FROM audit WHERE action = 'user.password-reset'")).toEqual({
      actor: `admin@${domain.name}`,
    });
  });

  test('[D6] known or not, by name or e-mail: one answer, which has left before anybody is looked up', async () => {
    const domain = await harness.domain('shelbyville');
    await harness.domain('closedtown');
    await harness.store.write('createDomain', {
      now: harness.now,
      name: 'unconfirmed',
      email: 'unconfirmed@example.org',
      organization: '',
      contactName: '',
      phone: '',
      owner: await harness.accounts.signUps.firstUser({
        domain: 'unconfirmed',
        email: 'unconfirmed@example.org',
        password: PASSWORD,
        language: 'en',
      }),
    });
    const asks = ['nobody@shelbyville', 'admin@nowhere', 'x@example.org', '@', 'admin@unconfirmed', `admin@${domain.name}`];
    const answers = [];
    for (const user of asks) {
      answers.push(await visitor.call('POST', '/password/forgot', { user }));
      expect(await visitor.newestTo('shelbyville@example.org')).toBe(0);
    }
    expect(answers).toEqual(asks.map(() => ({ status: 202, json: null, cookie: '' })));
    await expect.poll(async () => visitor.newestTo('shelbyville@example.org')).toBeGreaterThan(0);
    expect(await visitor.mailsTo('unconfirmed@example.org')).toEqual([]);
    const first = await visitor.newestTo('shelbyville@example.org');
    await visitor.call('POST', '/password/forgot', { user: 'Shelbyville@Example.org' });
    await expect.poll(async () => visitor.newestTo('shelbyville@example.org')).toBeGreaterThan(first);
  });

  test('[D2] an older link is void, and each is good for 48 hours', async () => {
    const domain = await harness.domain('ogdenville');
    const older = await own.resetToken(domain);
    const newer = await own.resetToken(domain);
    const show = async (token: string) => (await visitor.call('POST', '/password/reset/show', { token })).json;
    expect(await show(older)).toMatchObject({ code: 'link-not-valid' });
    harness.now += 48 * HOUR_MS - 1;
    expect(await show(newer)).toEqual({ user: `admin@${domain.name}` });
    harness.now += 1;
    expect(await show(newer)).toMatchObject({ code: 'link-not-valid' });
    expect(await visitor.call('POST', '/password/reset', { token: newer, password: 'a better password' })).toMatchObject({
      json: { code: 'link-not-valid' },
    });
  });

  test('[D6] four mails at once to one recipient; beyond them the last link stays good', async () => {
    const domain = await harness.domain('northhaverbrook');
    for (let n = 0; n < 3; n += 1) await own.resetToken(domain);
    const last = await own.resetToken(domain);
    for (let n = 0; n < 3; n += 1) await visitor.call('POST', '/password/forgot', { user: `admin@${domain.name}` });
    await own.resetToken(await harness.domain('marker'));
    expect((await visitor.call('POST', '/password/reset/show', { token: last })).json).toEqual({ user: `admin@${domain.name}` });
  });
});

describe('the own password', () => {
  test('[D6] is changed by who knows it; the other sessions end, this one goes on, open links are void', async () => {
    const { domain, others } = await own.threeSessions('capitalcity');
    const token = await own.resetToken(domain);
    const wrong = await own.post(domain.cookie, '/password', { current: 'not the password', password: 'a better password' });
    expect(wrong).toMatchObject({ status: 422, json: { code: 'password-wrong' } });
    const short = await own.post(domain.cookie, '/password', { current: PASSWORD, password: 'short' });
    expect(short).toMatchObject({ status: 400, json: { code: 'invalid-request', details: { field: 'password', least: 10 } } });
    const changed = await own.post(domain.cookie, '/password', { current: PASSWORD, password: 'a better password' });
    expect(changed.status).toBe(204);
    expect([await own.isIn(domain.cookie), await own.isIn(others[0] ?? ''), await own.isIn(others[1] ?? '')]).toEqual([
      true,
      false,
      false,
    ]);
    expect((await visitor.call('POST', '/password/reset/show', { token })).json).toMatchObject({ code: 'link-not-valid' });
    expect((await own.signIn(`admin@${domain.name}`)).status).toBe(401);
  });

  test('[D6] a forgotten session does not guess the password: tries are few', async () => {
    const domain = await harness.domain('brockway');
    const codes = [];
    for (let n = 0; n < 11; n += 1) {
      const body = { current: `guess number ${n}`, password: 'a better password' };
      codes.push(
        (await visitor.call('POST', '/password', body, { cookie: domain.cookie, address: '203.0.113.5' })).json?.['code'],
      );
    }
    expect(codes).toEqual([...Array<string>(10).fill('password-wrong'), 'busy']);
  });

  test('[D5] [D6] works without credits too', async () => {
    const domain = await harness.domain('disabledtown');
    const then = harness.now;
    harness.now += 31 * 24 * HOUR_MS;
    expect(await harness.operator.showDomain('disabledtown')).toMatchObject({ status: 'disabled' });
    const cookie = (await own.signIn(`admin@${domain.name}`)).cookie;
    expect((await own.post(cookie, '/password', { current: PASSWORD, password: 'a better password' })).status).toBe(204);
    expect((await own.post(cookie, '/second-factor', { password: 'a better password' })).status).toBe(200);
    harness.now = then;
  });
});
