import { afterAll, beforeAll, describe, expect, test } from 'vitest';
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

describe('signing up', () => {
  test('[D1] lays the domain down and mails a link, in one transaction; nobody signs in before', async () => {
    expect(await signUp('springfield', {}, { 'accept-language': 'fr-CA,en;q=0.5' })).toEqual({
      status: 201,
      json: { name: 'springfield', user: 'admin@springfield', email: 'owner@springfield.example' },
    });
    const [mail] = await mailsTo('owner@springfield.example');
    expect(mail).toMatchObject({ template: 'activation', language: 'fr' });
    expect(JSON.parse(mail?.data ?? '')).toEqual({
      name: 'springfield',
      organization: 'springfield schools',
      user: 'admin@springfield',
    });
    expect(await harness.store.reader.get('SELECT language, phone, contact_name AS contact FROM domains')).toEqual({
      language: 'fr',
      phone: '+1 555 0100',
      contact: 'Ada',
    });
    expect(await call('POST', '/session', { user: 'admin@springfield', password: PASSWORD })).toMatchObject({
      status: 401,
      json: { code: 'sign-in-failed' },
    });
  });

  test('[D1] a language that was chosen goes before that of the browser', async () => {
    await signUp('chosen', { language: 'fr' }, { 'accept-language': 'en' });
    expect(await mailsTo('owner@chosen.example')).toMatchObject([{ language: 'fr' }]);
  });

  test('[D1] names: checked as typed, taken while the mail is young, free again 7 days after the last mail', async () => {
    const check = async (name: string) => (await call('GET', `/signup/names/${encodeURIComponent(name)}`)).json;
    expect(await check('ogdenville')).toEqual({ name: 'ogdenville', available: true, code: null, user: 'admin@ogdenville' });
    for (const name of ['ab', 'Ogdenville', 'ogden ville', 'é'.repeat(4), 'a'.repeat(33)])
      expect(await check(name)).toMatchObject({ available: false, code: 'name-invalid' });
    await signUp('ogdenville');
    expect(await check('ogdenville')).toMatchObject({ available: false, code: 'name-taken' });
    expect(await signUp('ogdenville', { email: 'other@example.org' })).toMatchObject({
      status: 422,
      json: { code: 'name-taken' },
    });
    expect(await signUp('Not A Name')).toMatchObject({ status: 422, json: { code: 'name-invalid' } });

    const [then, oldToken] = [harness.now, await tokenOf('ogdenville')];
    harness.now += 7 * DAY_MS;
    expect(await check('ogdenville')).toMatchObject({ available: false });
    harness.now += 1;
    expect(await check('ogdenville')).toMatchObject({ available: true });
    expect(await signUp('ogdenville', { email: 'heir@example.org', password: 'the password of the heir' })).toMatchObject({
      status: 201,
    });
    const [users] = [
      await harness.store.reader.all(`SELECT "contactEmail" AS e FROM auth_user WHERE "email" LIKE 'admin@ogdenville.%'`),
    ];
    expect(users).toEqual([{ e: 'heir@example.org' }]);
    // The link of the first try activates nothing of the second.
    expect(await call('POST', '/activation', { token: oldToken, password: PASSWORD })).toMatchObject({
      json: { code: 'link-not-valid' },
    });
    harness.now = then;
  });

  test('[D1] a domain that never had its mail holds no name', async () => {
    const base = { now: harness.now, organization: '', contactName: '', phone: '' };
    await harness.store.write('createDomain', { ...base, name: 'halfway', email: 'a@example.org' });
    expect(await signUp('halfway')).toMatchObject({ status: 201 });
  });

  test('[D1] an attempt that cannot be mailed leaves nothing behind', async () => {
    const owner = await harness.accounts.signUps.firstUser({
      domain: 'stillborn',
      email: 'a@example.org',
      password: PASSWORD,
      language: 'en',
    });
    const input = { ...about('stillborn'), now: harness.now, language: 'xx' as 'en', owner };
    const link = { tokenHash: 'x', sealed: new Uint8Array(1) };
    await expect(harness.store.write('signUp', { ...input, link })).rejects.toMatchObject({ code: 'internal' });
    expect(await harness.store.reader.get("SELECT 1 FROM domains WHERE name = 'stillborn'")).toBeNull();
    expect(await harness.store.reader.get('SELECT 1 FROM auth_user WHERE "id" = ?', owner.id)).toBeNull();
  });

  test('[D1] who already has an account elsewhere is told the same as anybody', async () => {
    const email = 'busy@example.org';
    const first = await signUp('firstofmany', { email });
    const second = await signUp('secondofmany', { email });
    expect([first.status, second.status]).toEqual([201, 201]);
    expect(Object.keys(second.json ?? {})).toEqual(Object.keys(first.json ?? {}));
  });

  test('[D1] passwords that anybody would try first are refused', async () => {
    for (const password of [
      'Password123',
      'weakdomain',
      'owner@weakdomain.example',
      'weakdomain2026!',
      'aaaaaaaaaaaa',
      'abcabcabcabc',
    ])
      expect(await signUp('weakdomain', { password })).toMatchObject({ status: 422, json: { code: 'password-weak' } });
    expect(await signUp('weakdomain', { password: 'short' })).toMatchObject({ status: 400, json: { code: 'invalid-request' } });
    expect(await activatedAt('weakdomain')).toBeNull();
    expect(await mailsTo('owner@weakdomain.example')).toEqual([]);
  });

  test('[D1] one recipient is not flooded: four mails at once, then four an hour', async () => {
    const email = 'flooded@example.org';
    const answers = [];
    for (const n of [1, 2, 3, 4, 5])
      answers.push((await signUp(`flood${n}`, { email: n % 2 === 0 ? email : email.toUpperCase() })).status);
    expect(answers).toEqual([201, 201, 201, 201, 429]);
    harness.now += HOUR_MS / 4;
    expect((await signUp('flood5', { email })).status).toBe(201);
  });

  test('[D2] the database has the token as a hash only, and the outbox has it sealed', async () => {
    await signUp('hashed');
    const token = await tokenOf('hashed');
    expect(Buffer.from(token, 'base64url')).toHaveLength(32);
    const rows = await harness.store.reader.all<{ hash: string }>('SELECT hash FROM tokens');
    expect(rows.map(({ hash }) => hash)).toContain(tokenHash(token));
    const everything = (
      await Promise.all(
        ['tokens', 'outbox', 'domains', 'audit', 'auth_user', 'auth_account', 'auth_verification'].map(async (table) =>
          harness.store.reader.all<Record<string, unknown>>(`SELECT * FROM ${table}`),
        ),
      ).then((lists) => lists.flat())
    )
      .flatMap((row) => Object.values(row))
      .map((value) => (value instanceof Uint8Array ? Buffer.from(value).toString('latin1') : String(value)));
    expect(everything.filter((text) => text.includes(token) || text.includes(PASSWORD))).toEqual([]);
    expect(harness.log.filter((line) => line.includes(token) || line.includes(PASSWORD))).toEqual([]);
  });

  test('[D2] what the mail is made from comes from nothing that the request says of our host', async () => {
    const headers = { host: 'evil.example', 'x-forwarded-host': 'evil.example' };
    expect((await signUp('hosted', {}, headers)).status).toBe(201);
    expect(JSON.stringify(await mailsTo('owner@hosted.example'))).not.toContain('evil');
  });
});
