import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { tokenHash } from '../../keys/secrets.ts';
import { openHarness, PASSWORD, type Harness, type TestDomain } from '../../service/testing/harness.ts';
import { Crew } from '../../service/testing/users.ts';

let harness: Harness;
let crew: Crew;
let springfield: TestDomain;
const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

beforeAll(async () => {
  harness = await openHarness();
  crew = new Crew(harness);
  springfield = await harness.domain('springfield');
});
afterAll(async () => harness.close());

const invite = async (body: object, domain = springfield) => crew.call(domain.cookie, 'POST', '/users', body);
const show = async (token: string) => {
  const { status, json } = await crew.visitor.call('POST', '/invitation/show', { token });
  return { status, json };
};
const notValid = { status: 422, json: { code: 'link-not-valid' } };
const secretOf = async (recipient: string): Promise<string> => crew.visitor.tokenTo(recipient);

describe('an invitation', () => {
  test('[D6] makes the user and the mail in one transaction; without a password nobody signs in as them', async () => {
    const { id, token } = await crew.invite(springfield, 'lisa', {
      email: 'Lisa@Example.ORG',
      language: 'fr',
      tags: ['a', 'a', 'b'],
    });
    const [mail] = await crew.visitor.mailsTo('lisa@example.org');
    expect(mail).toMatchObject({ template: 'invitation', language: 'fr' });
    expect(JSON.parse(mail?.data ?? '')).toEqual({
      user: 'lisa@springfield',
      name: 'springfield',
      organization: 'springfield schools',
      invitedBy: 'admin@springfield',
    });
    expect(await harness.store.reader.get('SELECT tags FROM auth_user WHERE id = ?', id)).toEqual({ tags: '["a","b"]' });
    expect(JSON.stringify(await harness.store.reader.all('SELECT * FROM tokens'))).not.toContain(token);
    for (const password of ['', PASSWORD, token])
      expect((await crew.visitor.call('POST', '/session', { user: 'lisa@springfield', password: password || ' ' })).status).toBe(
        401,
      );
  });

  test('[D2] looking at the link changes nothing; only the button with a good password joins, and then once', async () => {
    const { token, user, id } = await crew.invite(springfield, 'milhouse');
    const before = await harness.store.reader.all('SELECT * FROM tokens');
    for (let n = 0; n < 3; n += 1)
      expect(await show(token)).toEqual({
        status: 200,
        json: { user, domain: 'springfield', organization: 'springfield schools' },
      });
    expect(await harness.store.reader.all('SELECT * FROM tokens')).toEqual(before);
    expect(await crew.accept(token, 'short')).toMatchObject({ status: 400, json: { code: 'invalid-request' } });
    expect(await crew.accept(token, 'springfield1')).toMatchObject({ status: 422, json: { code: 'password-weak' } });
    expect(await crew.accept(token)).toEqual({ status: 200, json: { user } });
    expect(await crew.isSignedIn(await harness.signIn(user))).toBe(true);
    expect((await crew.list(springfield.cookie)).find((one) => one.id === id)).toMatchObject({
      state: 'active',
      invitationEndsAt: null,
    });
    expect(await show(token)).toMatchObject(notValid);
    expect(await crew.accept(token, 'a password of a thief')).toMatchObject(notValid);
    expect(await crew.isSignedIn(await harness.signIn(user))).toBe(true);
  });

  test('[D2] of two who take one link at once, one password counts', async () => {
    const { token } = await crew.invite(springfield, 'twins');
    const both = await Promise.all([crew.accept(token), crew.accept(token)]);
    expect(both.map(({ status }) => status).toSorted((one, other) => one - other)).toEqual([200, 422]);
    const passwords = await harness.store.reader.all(
      `SELECT a."id" FROM auth_account a JOIN auth_user u ON u."id" = a."userId" WHERE u."name" = 'twins'`,
    );
    expect(passwords).toHaveLength(1);
  });

  test('[D2] is good for 48 h; another one voids it; the old ones, another purpose, no link at all: all the same answer', async () => {
    const { id, token } = await crew.invite(springfield, 'ralph', { email: 'ralph@example.org' });
    harness.now += 48 * HOUR_MS - 1;
    expect((await show(token)).status).toBe(200);
    harness.now += 1;
    expect(await show(token)).toMatchObject(notValid);
    expect(await crew.accept(token)).toMatchObject(notValid);
    expect((await crew.list(springfield.cookie)).find((one) => one.id === id)?.invitationEndsAt).toBeNull();

    const again = await crew.call(springfield.cookie, 'POST', `/users/${id}/resend`);
    expect(again).toMatchObject({ status: 200, json: { id, state: 'invited' } });
    expect(again.json?.['invitationEndsAt']).toBe(new Date(harness.now + 2 * DAY_MS).toISOString());
    const second = await secretOf('ralph@example.org');
    await crew.call(springfield.cookie, 'POST', `/users/${id}/resend`);
    const third = await secretOf('ralph@example.org');
    expect(await show(second)).toMatchObject(notValid);
    expect((await show(third)).status).toBe(200);

    for (const text of ['nonsense', '', 'A'.repeat(43)])
      expect((await show(text || ' ')).json).toMatchObject({ code: 'link-not-valid' });
    expect(await crew.visitor.call('POST', '/password/reset', { token: third, password: PASSWORD })).toMatchObject(notValid);
    expect(await harness.store.reader.get('SELECT purpose FROM tokens WHERE hash = ?', tokenHash(third))).toEqual({
      purpose: 'invitation',
    });
  });

  test('[D6] follows a user to another e-mail: the link that went to the wrong one is void', async () => {
    const { id, token } = await crew.invite(springfield, 'typo', { email: 'wrong@example.org' });
    const answer = await crew.call(springfield.cookie, 'PATCH', `/users/${id}`, { email: 'right@example.org' });
    expect(answer).toMatchObject({ status: 200, json: { email: 'right@example.org', state: 'invited' } });
    expect(await show(token)).toMatchObject(notValid);
    expect((await show(await secretOf('right@example.org'))).status).toBe(200);
  });

  test('[D2] of a user who was removed, or who joined, is not valid and not sent again', async () => {
    const gone = await crew.invite(springfield, 'gone');
    await crew.call(springfield.cookie, 'DELETE', `/users/${gone.id}`);
    expect(await crew.accept(gone.token)).toMatchObject(notValid);
    expect(await harness.store.reader.all('SELECT 1 FROM tokens WHERE user_id = ?', gone.id)).toEqual([]);
    const joined = await crew.person(springfield, 'joined');
    expect(await crew.call(springfield.cookie, 'POST', `/users/${joined.id}/resend`)).toMatchObject({
      status: 409,
      json: { code: 'conflict', details: { reason: 'already-joined' } },
    });
    // Who joined while the request was on its way gets no mail either.
    const actorId = (await crew.list(springfield.cookie)).find(({ name }) => name === 'admin')?.id ?? '';
    const asked = {
      now: harness.now,
      domainId: springfield.id,
      actor: 'admin@springfield',
      address: '::1',
      actorId,
      sessionId: '',
    };
    const link = { tokenHash: 'h', sealed: new Uint8Array() };
    const late = harness.store.write('resendInvitation', { ...asked, id: joined.id, link });
    await expect(late).rejects.toMatchObject({ code: 'conflict' });
  });

  test('[D8] of a domain that closed is not valid, from that moment on', async () => {
    const closing = await harness.domain('closing');
    const { token } = await crew.invite(closing, 'late');
    const closesAt = harness.now + HOUR_MS;
    const by = { domainId: closing.id, now: harness.now, actor: 'admin@closing', address: '::1' };
    await harness.store.write('askClosing', { ...by, name: 'closing', closesAt });
    expect((await show(token)).status).toBe(200);
    harness.now = closesAt;
    expect(await show(token)).toMatchObject(notValid);
    expect(await crew.accept(token)).toMatchObject(notValid);
  });

  test('[D6] a forgotten password of who never had one mails nothing', async () => {
    await crew.invite(springfield, 'newcomer', { email: 'newcomer@example.org' });
    const mails = (await crew.visitor.mailsTo('newcomer@example.org')).length;
    expect((await crew.visitor.call('POST', '/password/forgot', { user: 'newcomer@springfield' })).status).toBe(202);
    await crew.visitor.settle();
    expect(await crew.visitor.mailsTo('newcomer@example.org')).toHaveLength(mails);
  });
});

describe('what an invitation may not be', () => {
  test('[D6] names are 1 to 64 of a-z 0-9 . _ -, typed in any case, unique in the domain and not beyond it', async () => {
    for (const name of ['', '.a', 'a.', 'a..b', '-a', 'é', 'a b', 'a@b', 'a'.repeat(65)])
      expect([name, (await invite({ name, email: 'x@example.org' })).status]).toEqual([name, 400]);
    for (const name of ['a', '7', 'a.b-c_d', 'a'.repeat(64)]) {
      const { token, user } = await crew.invite(springfield, name);
      expect(user).toBe(`${name}@springfield`);
      // The library's own idea of an address must let every such name in.
      expect((await crew.accept(token)).status).toBe(200);
      expect(await crew.isSignedIn(await harness.signIn(user))).toBe(true);
    }
    expect(await invite({ name: ' A ', email: 'x@example.org' })).toMatchObject({
      status: 409,
      json: { code: 'conflict', details: { reason: 'name-in-use' } },
    });
    const shelbyville = await harness.domain('shelbyville');
    expect((await crew.invite(shelbyville, 'a')).user).toBe('a@shelbyville');
  });

  test('[A6] a bad e-mail, role, tag or language is refused', async () => {
    const good = { name: 'fine', email: 'fine@example.org' };
    for (const bad of [
      { email: 'x' },
      { role: 'owner' },
      { tags: ['a\u202eb'] },
      { tags: [''] },
      { tags: Array(33).fill('a') },
      { language: 'de' },
    ])
      expect((await invite({ ...good, ...bad })).status).toBe(400);
  });

  test('[D6] a domain has at most 1,000 users', async () => {
    const full = await harness.domain('full');
    await harness.store.write('accountStatement', {
      text: `INSERT INTO auth_user ("id", "name", "email", "emailVerified", "createdAt", "updatedAt", "contactEmail", "domainId", "role", "billing", "tags", "language")
        WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 999)
        SELECT 'u' || i, 'u' || i, 'u' || i || '@full', 1, '', '', 'x', ?, 'user', 0, '[]', 'en' FROM n RETURNING 1`,
      parameters: [full.id],
    });
    expect(await invite({ name: 'one-more', email: 'one@example.org' }, full)).toMatchObject({
      status: 409,
      json: { details: { reason: 'too-many-users', most: 1000 } },
    });
    await crew.call(full.cookie, 'DELETE', '/users/u7');
    expect((await invite({ name: 'one-more', email: 'two@example.org' }, full)).status).toBe(201);
  });

  test('[D6] mails are limited by domain and by recipient, so that nobody floods anybody with them', async () => {
    const flood = await harness.domain('flood');
    const codes: number[] = [];
    for (let n = 0; n < 6; n += 1) codes.push((await invite({ name: `v${n}`, email: 'victim@example.org' }, flood)).status);
    expect(codes).toEqual([201, 201, 201, 201, 429, 429]);
    const busy = await harness.domain('busy');
    for (let n = 0; n < 100; n += 1) await crew.invite(busy, `u${n}`);
    const one = { name: 'more', email: 'more@example.org' };
    expect(await invite(one, busy)).toMatchObject({ status: 429, json: { code: 'busy' } });
    expect((await invite({ name: 'other', email: 'other@example.org' })).status).toBe(201);
    harness.now += DAY_MS / 100 + 1;
    expect((await invite(one, busy)).status).toBe(201);
  });

  test('[D5] a disabled domain invites nobody, and who was invited before still joins', async () => {
    const poor = await harness.domain('poor');
    const { token } = await crew.invite(poor, 'early');
    const [now, ends] = [harness.now, harness.now + 31 * DAY_MS];
    harness.now = ends;
    expect(await invite({ name: 'late', email: 'late@example.org' }, poor)).toMatchObject({
      status: 409,
      json: { code: 'domain-disabled' },
    });
    harness.now = now;
    expect((await crew.accept(token)).status).toBe(200);
  });
});
