import { base32 } from '@better-auth/utils/base32';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openHarness, ORIGIN, PASSWORD, type Harness } from '../../service/testing/harness.ts';
import { OwnAccess } from '../../service/testing/own-access.ts';
import { Visitor } from '../../service/testing/visitor.ts';
import { isOnPostgres } from '../../../test/support/test-database.ts';

let harness: Harness;
let visitor: Visitor;
let own: OwnAccess;

beforeAll(async () => {
  harness = await openHarness();
  visitor = new Visitor(harness, ORIGIN);
  own = new OwnAccess(harness, visitor);
});
afterAll(async () => harness.close());

describe('the second factor', () => {
  test('[D6] is on once a code confirmed it; the other sessions end, and the session says so', async () => {
    const { domain, others } = await own.threeSessions('confirmed');
    const offered = await own.post(domain.cookie, '/second-factor', { password: PASSWORD });
    const { secret, uri } = offered.json as { secret: string; uri: string };
    expect(uri).toBe(`otpauth://totp/Rollcall:admin%40confirmed?secret=${secret}&issuer=Rollcall&digits=6&period=30`);
    expect((await own.signIn(`admin@${domain.name}`)).status).toBe(200);
    expect(await own.post(domain.cookie, '/second-factor/confirm', { code: await own.codeOf(secret, 9) })).toMatchObject({
      status: 401,
      json: { code: 'second-factor-wrong' },
    });
    expect((await visitor.call('GET', '/session', undefined, { cookie: domain.cookie })).json).toMatchObject({
      secondFactor: false,
    });
    expect((await own.post(domain.cookie, '/second-factor/confirm', { code: await own.codeOf(secret) })).status).toBe(204);
    expect((await visitor.call('GET', '/session', undefined, { cookie: domain.cookie })).json).toMatchObject({
      secondFactor: true,
    });
    for (const cookie of others) expect(await own.isIn(cookie)).toBe(false);
    expect(await own.post(domain.cookie, '/second-factor', { password: PASSWORD })).toMatchObject({ status: 409 });
  });

  test('[D6] is asked for only after a right password; no session begins before its code', async () => {
    const { domain, secret } = await own.withSecondFactor('asked');
    const sessions = async () =>
      (
        await harness.store.reader.all(
          'SELECT s."id" FROM auth_session s JOIN auth_user u ON u."id" = s."userId" WHERE u."domainId" = ?',
          domain.id,
        )
      ).length;
    const before = await sessions();
    expect(await own.signIn(`admin@${domain.name}`, 'not the password')).toMatchObject({
      status: 401,
      json: { code: 'sign-in-failed' },
      cookie: '',
    });
    const wrongBoth = await own.signIn(`admin@${domain.name}`, 'not the password', { code: await own.codeOf(secret) });
    expect(wrongBoth.json).toMatchObject({ code: 'sign-in-failed' });
    expect(await own.signIn(`admin@${domain.name}`)).toMatchObject({
      status: 401,
      json: { code: 'second-factor-required' },
      cookie: '',
    });
    for (const code of ['000000x', 'abc', '12345', await own.codeOf(secret, 5), await own.codeOf(secret, -5)])
      expect(await own.signIn(`admin@${domain.name}`, PASSWORD, { code })).toMatchObject({
        status: 401,
        json: { code: 'second-factor-wrong' },
        cookie: '',
      });
    expect(await sessions()).toBe(before);
    expect((await own.signIn(`admin@${domain.name}`, PASSWORD, { code: ` ${await own.codeOf(secret)} ` })).cookie).not.toBe('');
  });

  test('[D6] each code is good once, also for two at the same moment, and none older than it', async () => {
    const { domain, secret } = await own.withSecondFactor('once');
    const [older, code] = [await own.codeOf(secret, -1), await own.codeOf(secret)];
    const both = await Promise.all([
      own.signIn(`admin@${domain.name}`, PASSWORD, { code }),
      own.signIn(`admin@${domain.name}`, PASSWORD, { code }),
    ]);
    expect(both.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([200, 401]);
    for (const spent of [code, older])
      expect((await own.signIn(`admin@${domain.name}`, PASSWORD, { code: spent })).json).toMatchObject({
        code: 'second-factor-wrong',
      });
    expect((await own.signIn(`admin@${domain.name}`, PASSWORD, { code: await own.codeOf(secret, 1) })).status).toBe(200);
  });

  test('[D6] a recovery code stands in for a lost app, typed forgivingly, once', async () => {
    const { domain, recoveryCodes } = await own.withSecondFactor('recovered');
    expect(new Set(recoveryCodes).size).toBe(10);
    const code = recoveryCodes[3] ?? '';
    const typed = code.toLowerCase().replace('-', ' ');
    expect((await own.signIn(`admin@${domain.name}`, PASSWORD, { code: typed })).status).toBe(200);
    expect((await own.signIn(`admin@${domain.name}`, PASSWORD, { code })).json).toMatchObject({ code: 'second-factor-wrong' });
    expect((await own.signIn(`admin@${domain.name}`, PASSWORD, { code: recoveryCodes[4] })).status).toBe(200);
    const other = await own.withSecondFactor('unrelated');
    expect((await own.signIn(`admin@${other.domain.name}`, PASSWORD, { code: recoveryCodes[5] })).json).toMatchObject({
      code: 'second-factor-wrong',
    });
  });

  test('[D6] tries are few from one address, and nobody else is locked out by them', async () => {
    const { domain, secret } = await own.withSecondFactor('guessed');
    const codes = [];
    for (let n = 0; n < 11; n += 1) {
      const body = { user: `admin@${domain.name}`, password: PASSWORD, code: String(100_000 + n) };
      codes.push((await visitor.call('POST', '/session', body, { address: '203.0.113.9' })).json?.['code']);
    }
    expect(codes).toEqual([...Array<string>(10).fill('second-factor-wrong'), 'busy']);
    harness.now += 60_000;
    expect((await own.signIn(`admin@${domain.name}`, PASSWORD, { code: await own.codeOf(secret) })).status).toBe(200);
  });

  test('[D6] a reset ends all sessions and keeps the second factor on', async () => {
    const { domain, secret } = await own.withSecondFactor('kept');
    const token = await own.resetToken(domain);
    expect((await visitor.call('POST', '/password/reset', { token, password: 'a better password' })).status).toBe(204);
    expect(await own.isIn(domain.cookie)).toBe(false);
    expect((await own.signIn(`admin@${domain.name}`, 'a better password')).json).toMatchObject({
      code: 'second-factor-required',
    });
    expect((await own.signIn(`admin@${domain.name}`, 'a better password', { code: await own.codeOf(secret) })).status).toBe(200);
  });

  test('[D6] is turned off by who knows the password; the other sessions end', async () => {
    const { domain, secret } = await own.withSecondFactor('ended');
    const other = (await own.signIn(`admin@${domain.name}`, PASSWORD, { code: await own.codeOf(secret) })).cookie;
    expect(await own.post(domain.cookie, '/second-factor/off', { password: 'not the password' })).toMatchObject({ status: 422 });
    expect(await own.isIn(other)).toBe(true);
    expect((await own.post(domain.cookie, '/second-factor/off', { password: PASSWORD })).status).toBe(204);
    expect([await own.isIn(domain.cookie), await own.isIn(other)]).toEqual([true, false]);
    expect((await own.signIn(`admin@${domain.name}`)).status).toBe(200);
  });

  test('[D6] the database and the log hold neither the secret nor a code', async () => {
    const { secret, recoveryCodes } = await own.withSecondFactor('sealed');
    const bytes = Buffer.from(base32.decode(secret));
    const texts = [
      secret,
      bytes.toString('latin1'),
      bytes.toString('base64url'),
      ...recoveryCodes,
      ...recoveryCodes.map((code) => code.replace('-', '')),
    ];
    const stored = (
      await Promise.all(
        ['second_factors', 'recovery_codes', 'audit', 'auth_user', 'auth_account', 'auth_verification'].map(async (table) =>
          harness.store.reader.all<Record<string, unknown>>(`SELECT * FROM ${table}`),
        ),
      ).then((lists) => lists.flat())
    )
      .flatMap((row) => Object.values(row))
      .map((value) => (value instanceof Uint8Array ? Buffer.from(value).toString('latin1') : String(value)));
    const leaks = [...stored, ...harness.log].filter((line) => texts.some((text) => line.includes(text)));
    expect(leaks).toEqual([]);
  });
});

describe('another domain', () => {
  test.skipIf(isOnPostgres)('[A4] what one user does with password and second factor touches no other user', async () => {
    const [ours, theirs] = [await own.withSecondFactor('ours'), await own.withSecondFactor('theirs')];
    const look = async () =>
      JSON.stringify([
        await harness.store.reader.all(
          'SELECT hex(secret), confirmed_at, last_step FROM second_factors f JOIN auth_user u ON u."id" = f.user_id WHERE u."domainId" = ?',
          theirs.domain.id,
        ),
        await harness.store.reader.all(
          'SELECT a."password" FROM auth_account a JOIN auth_user u ON u."id" = a."userId" WHERE u."domainId" = ?',
          theirs.domain.id,
        ),
      ]);
    const before = await look();
    expect((await own.post(ours.domain.cookie, '/password', { current: PASSWORD, password: 'a better password' })).status).toBe(
      204,
    );
    expect((await own.post(ours.domain.cookie, '/second-factor/off', { password: 'a better password' })).status).toBe(204);
    expect((await own.post(ours.domain.cookie, '/second-factor', { password: 'a better password' })).status).toBe(200);
    // A code of theirs confirms nothing of ours.
    expect(
      (await own.post(ours.domain.cookie, '/second-factor/confirm', { code: await own.codeOf(theirs.secret) })).json,
    ).toMatchObject({
      code: 'second-factor-wrong',
    });
    expect(await look()).toBe(before);
    expect(await own.isIn(theirs.domain.cookie)).toBe(true);
  });

  test('[A5] a change of password needs an Origin of ours and JSON', async () => {
    const { cookie } = await harness.domain('origins');
    const body = { current: PASSWORD, password: 'a better password' };
    const foreign = await visitor.call('POST', '/password', body, { cookie, headers: { origin: 'https://evil.example' } });
    expect(foreign).toMatchObject({ status: 403, json: { code: 'origin-refused' } });
    const form = await harness.app.inject({
      method: 'POST',
      url: '/api/v1/second-factor/off',
      headers: { cookie, host: 'localhost:8080', origin: ORIGIN, 'content-type': 'application/x-www-form-urlencoded' },
      payload: `password=${PASSWORD}`,
    });
    expect(form.statusCode).toBe(400);
    expect((await own.signIn('admin@origins')).status).toBe(200);
  });
});
