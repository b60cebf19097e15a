import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { tokenHash } from '../../keys/secrets.ts';
import { openHarness, PASSWORD, type Harness } from '../../service/testing/harness.ts';
import { Visitor, type MailRow } from '../../service/testing/visitor.ts';

const DAY_MS = 86_400_000;
const HOUR_MS = 3_600_000;

let harness: Harness;
let visitor: Visitor;

beforeAll(async () => {
  harness = await openHarness({ publicUrl: 'https://rollcall.example' });
  visitor = new Visitor(harness, 'https://rollcall.example');
});
afterAll(async () => harness.close());

const call = async (method: 'GET' | 'POST', url: string, body?: object, headers: Record<string, string> = {}) => {
  const { status, json } = await visitor.call(method, url, body, { headers });
  return { status, json };
};
const mailsTo = async (recipient: string): Promise<MailRow[]> => visitor.mailsTo(recipient);
const newestTo = async (recipient: string): Promise<number> => visitor.newestTo(recipient);

const about = (name: string, more: object = {}) => ({
  name,
  email: `owner@${name}.example`,
  password: PASSWORD,
  organization: `${name} schools`,
  contactName: 'Ada',
  phone: '+1 555 0100',
  ...more,
});
const signUp = async (name: string, more: object = {}, headers = {}) => call('POST', '/signup', about(name, more), headers);

const tokenOf = async (name: string): Promise<string> => visitor.tokenTo(`owner@${name}.example`);
const activatedAt = async (name: string): Promise<number | null> =>
  (await harness.store.reader.get<{ at: number | null }>('SELECT activated_at AS at FROM domains WHERE name = ?', name))?.at ??
  null;

describe('activation', () => {
  test('[D2] opening the link activates nothing, however often; link and password do', async () => {
    await signUp('filtered');
    const token = await tokenOf('filtered');
    for (const method of ['GET', 'HEAD'] as const) {
      await harness.app.inject({ method, url: `/activate` });
      await harness.app.inject({ method, url: `/api/v1/activation?token=${token}` });
    }
    for (let look = 0; look < 3; look += 1) {
      expect(await call('POST', '/activation/show', { token })).toEqual({
        status: 200,
        json: { name: 'filtered', organization: 'filtered schools', user: 'admin@filtered' },
      });
    }
    expect(await activatedAt('filtered')).toBeNull();

    expect(await call('POST', '/activation', { token, password: 'not the password' })).toMatchObject({
      status: 422,
      json: { code: 'password-wrong' },
    });
    expect(await activatedAt('filtered')).toBeNull();
    expect(await call('POST', '/activation', { token, password: PASSWORD })).toMatchObject({
      status: 200,
      json: { user: 'admin@filtered' },
    });
    expect(await activatedAt('filtered')).toBe(harness.now);
    expect(await harness.operator.showDomain('filtered')).toMatchObject({
      status: 'trial',
      trialEndsAt: new Date(harness.now + 30 * DAY_MS).toISOString(),
    });
    expect(
      await harness.store.reader.get(
        "SELECT actor, address FROM audit WHERE action = 'domain.activated' AND actor = 'admin@filtered'",
      ),
    ).toMatchObject({
      actor: 'admin@filtered',
    });
    expect((await call('POST', '/session', { user: 'admin@filtered', password: PASSWORD })).status).toBe(200);
  });

  test('[D2] a double click: one of the two activates, and the domain is active', async () => {
    await signUp('doubled');
    const body = { token: await tokenOf('doubled'), password: PASSWORD };
    const both = await Promise.all([call('POST', '/activation', body), call('POST', '/activation', body)]);
    expect(both.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([200, 422]);
    expect(both.find(({ status }) => status === 422)?.json).toMatchObject({ code: 'link-not-valid' });
    expect(await harness.operator.showDomain('doubled')).toMatchObject({ status: 'trial' });
  });

  test('[D2] a link is good for 48 hours', async () => {
    await signUp('slow');
    const [token, then] = [await tokenOf('slow'), harness.now];
    harness.now = then + 48 * HOUR_MS - 1;
    expect((await call('POST', '/activation/show', { token })).status).toBe(200);
    harness.now += 1;
    for (const url of ['/activation/show', '/activation'])
      expect(await call('POST', url, { token, password: PASSWORD })).toMatchObject({
        status: 422,
        json: { code: 'link-not-valid' },
      });
    harness.now = then;
  });

  test('[D2] links that are over are forgotten, and not one that is still good', async () => {
    await signUp('forgetful');
    const [token, then] = [await tokenOf('forgetful'), harness.now];
    const isKept = async (): Promise<boolean> =>
      (await harness.store.reader.get('SELECT 1 FROM tokens WHERE hash = ?', tokenHash(token))) !== null;
    harness.now = then + 47 * HOUR_MS;
    await harness.store.write('prune', { now: harness.now });
    expect(await isKept()).toBe(true);
    harness.now = then + 49 * HOUR_MS;
    await harness.store.write('prune', { now: harness.now });
    expect(await isKept()).toBe(false);
    harness.now = then;
  });

  test('[D2] unknown, used, replaced and those of another purpose: one answer', async () => {
    await signUp('replaced');
    const older = await tokenOf('replaced');
    await call('POST', '/signup/resend', { name: 'replaced', email: 'Owner@Replaced.example' });
    await expect.poll(async () => tokenOf('replaced')).not.toBe(older);
    const newer = await tokenOf('replaced');
    expect((await call('POST', '/activation', { token: newer, password: PASSWORD })).status).toBe(200);
    await call('POST', '/password/forgot', { user: 'admin@replaced' });
    await expect.poll(async () => (await mailsTo('owner@replaced.example')).at(-1)?.template).toBe('reset');
    const answers = [];
    for (const token of [older, newer, await tokenOf('replaced'), 'unknown', 'x'.repeat(43)])
      answers.push(await call('POST', '/activation/show', { token }));
    expect(answers.map(({ status, json }) => [status, json?.['code'], json?.['details']])).toEqual(
      answers.map(() => [422, 'link-not-valid', undefined]),
    );
  });

  test('[D2] who has a stolen link guesses no password with it: tries are few', async () => {
    await signUp('guessed');
    const body = { token: await tokenOf('guessed'), password: 'a wrong password' };
    const remoteAddress = '203.0.113.77';
    const codes = [];
    for (let n = 0; n < 11; n += 1) {
      const answer = await harness.app.inject({ method: 'POST', url: '/api/v1/activation', remoteAddress, payload: body });
      codes.push(answer.json<{ code: string }>().code);
    }
    expect(codes).toEqual([...Array<string>(10).fill('password-wrong'), 'busy']);
    // From elsewhere the owner gets in: the link itself is not spent.
    expect((await call('POST', '/activation', { ...body, password: PASSWORD })).status).toBe(200);
  });
});

describe('asking for the mail again', () => {
  test('[D2] known or not, the answer is the same; only the right name and e-mail cause a mail', async () => {
    for (const name of ['again', 'other', 'confirmed']) await signUp(name);
    await call('POST', '/activation', { token: await tokenOf('confirmed'), password: PASSWORD });
    const before = await Promise.all(['again', 'other', 'confirmed'].map(async (name) => newestTo(`owner@${name}.example`)));
    const asks = [
      { name: 'again', email: 'someone@else.example' },
      { name: 'again', email: 'owner@other.example' },
      { name: 'nosuchdomain', email: 'owner@again.example' },
      { name: 'confirmed', email: 'owner@confirmed.example' },
      { name: 'other', email: 'owner@other.example' },
    ];
    const answers = [];
    for (const ask of asks) answers.push(await call('POST', '/signup/resend', ask));
    expect(answers).toEqual(asks.map(() => ({ status: 202, json: null })));
    // What was asked last is done last.
    await expect.poll(async () => newestTo('owner@other.example')).toBeGreaterThan(before[1] ?? 0);
    expect([await newestTo('owner@again.example'), await newestTo('owner@confirmed.example')]).toEqual([before[0], before[2]]);
    expect(await mailsTo('someone@else.example')).toEqual([]);
  });

  test('[D2] known or not, the answer has left before anything is looked up', async () => {
    await signUp('timed');
    const before = await newestTo('owner@timed.example');
    // By the order of turns, not by who is faster: the work begins in a turn of its own.
    const work = vi.spyOn(harness.store, 'write');
    expect((await call('POST', '/signup/resend', { name: 'timed', email: 'owner@timed.example' })).status).toBe(202);
    expect(work).not.toHaveBeenCalled();
    work.mockRestore();
    await expect.poll(async () => newestTo('owner@timed.example')).toBeGreaterThan(before);
  });

  test('[D2] beyond four mails the last link stays good', async () => {
    await signUp('patient');
    const ask = async (): Promise<unknown> => call('POST', '/signup/resend', { name: 'patient', email: 'owner@patient.example' });
    for (let n = 0; n < 3; n += 1) {
      const before = await newestTo('owner@patient.example');
      await ask();
      await expect.poll(async () => newestTo('owner@patient.example')).toBeGreaterThan(before);
    }
    const last = await newestTo('owner@patient.example');
    for (let n = 0; n < 3; n += 1) await ask();
    await signUp('marker');
    expect(await newestTo('owner@patient.example')).toBe(last);
    expect((await call('POST', '/activation', { token: await tokenOf('patient'), password: PASSWORD })).status).toBe(200);
  });
});
