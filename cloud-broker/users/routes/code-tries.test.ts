import { afterAll, beforeAll, expect, test } from 'vitest';
import { AccessLimits } from '../../identity/limits.ts';
import { Passwords } from '../../identity/passwords.ts';
import { signInLibrary } from '../../identity/library.ts';
import { domainRealm } from '../realm.ts';
import { SecondFactors } from '../second-factors.ts';
import { openHarness, ORIGIN, PASSWORD, type Harness, type TestDomain } from '../../service/testing/harness.ts';
import { OwnAccess } from '../../service/testing/own-access.ts';
import { Visitor } from '../../service/testing/visitor.ts';

let harness: Harness;
let visitor: Visitor;
let own: OwnAccess;
const MINUTE_MS = 60_000;

beforeAll(async () => {
  harness = await openHarness();
  visitor = new Visitor(harness, ORIGIN);
  own = new OwnAccess(harness, visitor);
});
afterAll(async () => harness.close());

/** Signs in with a code, each time from another network. */
const typed = async (domain: TestDomain, code: string | undefined) => {
  const { status, json } = await own.signIn(`admin@${domain.name}`, PASSWORD, { code });
  return { status, code: json?.['code'], details: json?.['details'] };
};
const wrongCodes = async (domain: TestDomain, count: number): Promise<unknown[]> => {
  const codes = [];
  for (let n = 0; n < count; n += 1) codes.push((await typed(domain, `${100_000 + n}`)).code);
  return codes;
};
const wrong = (count: number): string[] => Array<string>(count).fill('second-factor-wrong');
const ownerOf = async ({ id, name }: TestDomain) => {
  const userId =
    (await harness.store.reader.get<{ id: string }>('SELECT "id" FROM auth_user WHERE "domainId" = ?', id))?.id ?? '';
  return { userId, domainId: id, actor: `admin@${name}`, address: '192.0.2.1' };
};
const told = async ({ id, name }: TestDomain) => ({
  audit: await harness.store.reader.all(
    "SELECT actor, subject, details FROM audit WHERE domain_id = ? AND action = 'user.second-factor-wrong'",
    id,
  ),
  mails: (await visitor.mailsTo(`${name}@example.org`)).filter(({ template }) => template === 'wrong-codes'),
});

test('[D6] ten wrong codes, whatever the address; then codes wait, the right one too, and the user and the audit log are told', async () => {
  const { domain, secret, recoveryCodes } = await own.withSecondFactor('guessed');
  expect(await wrongCodes(domain, 9)).toEqual(wrong(9));
  expect(await told(domain)).toEqual({ audit: [], mails: [] });
  expect(await wrongCodes(domain, 1)).toEqual(wrong(1));
  const { audit, mails } = await told(domain);
  expect(audit).toEqual([{ actor: 'admin@guessed', subject: 'admin@guessed', details: '{"codes":10}' }]);
  expect(mails.map(({ data }) => JSON.parse(data) as unknown)).toEqual([{ user: 'admin@guessed', codes: 10 }]);
  for (const code of ['123456', await own.codeOf(secret), recoveryCodes[0]])
    expect(await typed(domain, code)).toEqual({
      status: 429,
      code: 'busy',
      details: { retryAfterS: 60, reason: 'wrong-codes' },
    });
  // Who does not know the password learns nothing of it, and who types no code is asked for one.
  expect((await own.signIn('admin@guessed', 'not the password', { code: '123456' })).json).toMatchObject({
    code: 'sign-in-failed',
  });
  expect((await own.signIn('admin@guessed')).json).toMatchObject({ code: 'second-factor-required' });
  harness.now += MINUTE_MS;
  expect((await typed(domain, await own.codeOf(secret))).status).toBe(200);
});

test('[D6] the answer says in a header when to come back; each further wrong code doubles the wait, a right one ends it', async () => {
  const { domain, secret } = await own.withSecondFactor('doubled');
  await wrongCodes(domain, 10);
  const waits: unknown[] = [];
  for (let n = 0; n < 8; n += 1) {
    const answer = await harness.app.inject({
      method: 'POST',
      url: '/api/v1/session',
      remoteAddress: `203.0.113.${n}`,
      headers: { host: new URL(ORIGIN).host, origin: ORIGIN },
      payload: { user: 'admin@doubled', password: PASSWORD, code: '123456' },
    });
    const wait = Number(answer.headers['retry-after']);
    waits.push(wait / 60);
    harness.now += wait * 1000;
    expect(await wrongCodes(domain, 1)).toEqual(wrong(1));
  }
  expect(waits).toEqual([1, 2, 4, 8, 16, 32, 60, 60]);
  harness.now += 60 * MINUTE_MS;
  expect((await typed(domain, await own.codeOf(secret))).status).toBe(200);
  harness.now += MINUTE_MS;
  expect(await wrongCodes(domain, 10)).toEqual(wrong(10));
  expect((await told(domain)).audit).toHaveLength(2);
});

test('[D6] wrong recovery codes count with the others, and so do codes that are neither', async () => {
  const { domain, recoveryCodes } = await own.withSecondFactor('mixed');
  for (const code of ['00000-00000', 'ABCDE-FGH12', 'neither', '1', '999999'])
    expect((await typed(domain, code)).code).toBe('second-factor-wrong');
  expect((await typed(domain, recoveryCodes[0])).status).toBe(200);
  // A spent one is wrong, and the right one before took the count back.
  for (let n = 0; n < 10; n += 1) expect((await typed(domain, recoveryCodes[0])).code).toBe('second-factor-wrong');
  expect((await typed(domain, recoveryCodes[1])).code).toBe('busy');
});

test('[D6] of 200 codes at the same moment ten are judged, also by a service that has just started', async () => {
  const { domain, secret } = await own.withSecondFactor('rushed');
  const about = await ownerOf(domain);
  const take = async (factors: Pick<SecondFactors, 'take'>, code: string): Promise<string> =>
    factors.take({ ...about, code }).then(
      () => 'right',
      (error: { code: string }) => error.code,
    );
  const all = await Promise.all(
    Array.from({ length: 200 }, async (_, n) => take(harness.accounts.secondFactors, `${200_000 + n}`)),
  );
  expect(all.filter((code) => code === 'second-factor-wrong')).toHaveLength(10);
  expect(all.filter((code) => code === 'busy')).toHaveLength(190);
  expect((await told(domain)).mails).toHaveLength(1);
  const { store, secrets } = harness;
  const parts = { store, secrets, clock: () => harness.now, random: () => new Uint8Array(), log: () => undefined };
  const library = signInLibrary(domainRealm, { ...parts, secret: 'x'.repeat(32), publicUrl: ORIGIN });
  const restarted = new SecondFactors({ ...parts, limits: new AccessLimits(), passwords: new Passwords(async () => library) });
  expect(await take(restarted, await own.codeOf(secret))).toBe('busy');
  harness.now += MINUTE_MS;
  expect(await take(restarted, await own.codeOf(secret))).toBe('right');
});

test('[D6] codes that would turn one on count too, also for one that is made anew in between', async () => {
  const { domain } = await own.threeSessions('confirming');
  const offer = async (): Promise<string> =>
    String((await own.post(domain.cookie, '/second-factor', { password: PASSWORD })).json?.['secret']);
  let secret = await offer();
  const codes: unknown[] = [];
  for (let n = 0; n < 10; n += 1) {
    if (n === 5) secret = await offer();
    codes.push((await own.post(domain.cookie, '/second-factor/confirm', { code: '12345x' })).json?.['code']);
  }
  expect(codes).toEqual(wrong(10));
  const confirm = async () => own.post(domain.cookie, '/second-factor/confirm', { code: await own.codeOf(secret) });
  expect(await confirm()).toMatchObject({ status: 429, json: { code: 'busy', details: { retryAfterS: 60 } } });
  harness.now += MINUTE_MS;
  expect((await confirm()).status).toBe(204);
});

test('[A4] wrong codes of one user keep nobody else waiting', async () => {
  const [ours, theirs] = [await own.withSecondFactor('ours'), await own.withSecondFactor('theirs')];
  await wrongCodes(ours.domain, 10);
  expect((await typed(theirs.domain, await own.codeOf(theirs.secret))).status).toBe(200);
  expect(await told(theirs.domain)).toEqual({ audit: [], mails: [] });
});
