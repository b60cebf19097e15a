import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { session as sessionSchema } from '../../../protocol/api.ts';
import type { UsersPage } from '../../../protocol/api-users.ts';
import { openHarness, type Harness, type TestDomain } from '../../service/testing/harness.ts';
import { Crew, type Person } from '../../service/testing/users.ts';

let harness: Harness;
let crew: Crew;
let springfield: TestDomain;
const DAY_MS = 86_400_000;

beforeAll(async () => {
  harness = await openHarness();
  crew = new Crew(harness);
  springfield = await harness.domain('springfield');
});
afterAll(async () => harness.close());

const change = async (by: { cookie: string }, whom: { id: string }, patch: object) =>
  crew.call(by.cookie, 'PATCH', `/users/${whom.id}`, patch);
const remove = async (by: { cookie: string }, whom: { id: string }) => crew.call(by.cookie, 'DELETE', `/users/${whom.id}`);
const refused = (status: number, code: string) => ({ status, json: { code } });
const ownId = async (domain: TestDomain): Promise<string> =>
  (await crew.list(domain.cookie)).find(({ name }) => name === 'admin')?.id ?? '';

test('[D6] [A4] whoever may not change something learns whom to ask: admins of the whole domain who can sign in, three at most', async () => {
  const domain = await harness.domain('asked');
  await harness.domain('others');
  const named = async (cookie: string): Promise<string[]> =>
    sessionSchema.parse((await crew.call(cookie, 'GET', '/session')).json).domain.admins;
  expect(await named(domain.cookie)).toEqual([]);
  const bart = await crew.person(domain, 'bart');
  expect(await named(bart.cookie)).toEqual(['admin']);
  await crew.person(domain, 'zoe', { role: 'domain-admin' });
  await crew.person(domain, 'ann', { role: 'admin', tags: ['north'] });
  await crew.invite(domain, 'abe', { role: 'admin' });
  for (const name of ['carl', 'lisa']) await crew.person(domain, name, { role: 'admin' });
  expect(await named(bart.cookie)).toEqual(['admin', 'zoe', 'carl']);
});

describe('the list of users', () => {
  test('[D6] shows role, Billing, tags, state, second factor, last sign-in, and how many devices each sees', async () => {
    const domain = await harness.domain('listed');
    const { cookie } = domain;
    const tags = [['north'], ['north', 'gym'], ['south', 'gym'], []];
    for (const [n, of] of tags.entries()) {
      const device = await harness.device(domain, `L-${n}`);
      await crew.call(cookie, 'PATCH', `/devices/${device}`, { tags: of });
    }
    await harness.enrol(domain, 'waits');
    await crew.invite(domain, 'lisa', { tags: ['north'], role: 'admin', billing: true, language: 'fr' });
    await crew.person(domain, 'bart', { tags: ['gym', 'north'] });
    const [admin, bart, lisa] = await crew.list(cookie);
    expect(admin).toMatchObject({
      user: 'admin@listed',
      email: 'listed@example.org',
      role: 'domain-admin',
      state: 'active',
      secondFactor: false,
      tags: [],
      devices: { seen: 5, all: 5 },
    });
    const session = await harness.store.reader.get<{ at: string }>(
      'SELECT max("createdAt") AS at FROM auth_session WHERE "userId" = ?',
      admin?.id ?? '',
    );
    expect(admin?.lastSignInAt).toBe(session?.at);
    expect(bart).toMatchObject({ name: 'bart', role: 'user', billing: false, devices: { seen: 1, all: 5 } });
    expect(lisa).toMatchObject({
      role: 'admin',
      billing: true,
      language: 'fr',
      state: 'invited',
      lastSignInAt: null,
      devices: { seen: 2, all: 5 },
      invitationEndsAt: new Date(harness.now + 2 * DAY_MS).toISOString(),
    });
  });

  test('[A1] comes page by page, by name', async () => {
    const domain = await harness.domain('paged');
    for (const name of ['e', 'b', 'd', 'c']) await crew.invite(domain, name);
    const names: string[] = [];
    let cursor: string | null = '';
    while (cursor !== null) {
      const answer = await crew.call(domain.cookie, 'GET', `/users?limit=2&cursor=${cursor}`);
      const page = answer.json as unknown as UsersPage;
      expect(page.total).toBe(5);
      names.push(...page.items.map(({ name }) => name));
      cursor = page.nextCursor;
    }
    expect(names).toEqual(['admin', 'b', 'c', 'd', 'e']);
  });
});

describe('what admins do to users', () => {
  let admin: Person;
  beforeAll(async () => {
    admin = await crew.person(springfield, 'skinner', { role: 'admin' });
  });

  test('[D6] admins invite, change and remove users and admins, but no domain admin, by no way', async () => {
    const first = { id: await ownId(springfield) };
    const invite = { name: 'chalmers', email: 'chalmers@example.org', role: 'domain-admin' };
    expect(await crew.call(admin.cookie, 'POST', '/users', invite)).toMatchObject(refused(403, 'forbidden'));
    expect(await change(admin, first, { role: 'admin' })).toMatchObject(refused(403, 'forbidden'));
    expect(await change(admin, first, { email: 'thief@example.org' })).toMatchObject(refused(403, 'forbidden'));
    expect(await change(admin, admin, { role: 'domain-admin' })).toMatchObject(refused(403, 'forbidden'));
    expect(await remove(admin, first)).toMatchObject(refused(403, 'forbidden'));
    const pending = await crew.invite(springfield, 'hoover', { role: 'domain-admin' });
    expect(await crew.call(admin.cookie, 'POST', `/users/${pending.id}/resend`)).toMatchObject(refused(403, 'forbidden'));
    const krabappel = await crew.invite({ ...springfield, cookie: admin.cookie }, 'krabappel');
    expect(await change(admin, krabappel, { role: 'admin', billing: true })).toMatchObject({
      status: 200,
      json: { role: 'admin', billing: true },
    });
    expect((await remove(admin, krabappel)).status).toBe(204);
    expect(await remove(admin, krabappel)).toMatchObject(refused(404, 'not-found'));
  });

  test('[D6] users, and admins with tags, neither see nor touch users', async () => {
    const milhouse = await crew.person(springfield, 'milhouse');
    const willie = await crew.person(springfield, 'willie', { role: 'admin', tags: ['garden'] });
    for (const by of [milhouse, willie]) {
      expect(await crew.call(by.cookie, 'GET', '/users')).toMatchObject(refused(403, 'forbidden'));
      const body = { name: 'mole', email: 'mole@example.org' };
      expect(await crew.call(by.cookie, 'POST', '/users', body)).toMatchObject(refused(403, 'forbidden'));
      expect(await change(by, by, { tags: [] })).toMatchObject(refused(403, 'forbidden'));
      expect(await remove(by, milhouse)).toMatchObject(refused(403, 'forbidden'));
    }
  });

  test('[D6] a change of role, Billing or tags ends the sessions of that user; of an e-mail or of nothing it does not', async () => {
    const nelson = await crew.person(springfield, 'nelson');
    for (const patch of [{ role: 'admin' }, { billing: true }, { tags: ['yard'] }]) {
      const [one, two] = [await harness.signIn(nelson.user), await harness.signIn(nelson.user)];
      expect((await change(springfield, nelson, patch)).status).toBe(200);
      expect([await crew.isSignedIn(one), await crew.isSignedIn(two)]).toEqual([false, false]);
    }
    const still = await harness.signIn(nelson.user);
    await change(springfield, nelson, { email: 'nelson.muntz@example.org' });
    await change(springfield, nelson, { role: 'admin', billing: true, tags: ['yard'] });
    expect(await crew.isSignedIn(still)).toBe(true);
    expect(await crew.isSignedIn(springfield.cookie)).toBe(true);
  });

  test('[D6] who changes oneself keeps the session that asks, and no other', async () => {
    const seymour = await crew.person(springfield, 'seymour', { role: 'admin' });
    const other = await harness.signIn(seymour.user);
    expect((await change(seymour, seymour, { billing: true })).status).toBe(200);
    expect([await crew.isSignedIn(seymour.cookie), await crew.isSignedIn(other)]).toEqual([true, false]);
  });

  test('[D6] a removed user is signed out and signs in no more; the name may be invited again', async () => {
    const jimbo = await crew.person(springfield, 'jimbo');
    expect((await remove(springfield, jimbo)).status).toBe(204);
    expect(await crew.isSignedIn(jimbo.cookie)).toBe(false);
    await expect(harness.signIn(jimbo.user)).rejects.toMatchObject({ code: 'sign-in-failed' });
    const again = await crew.person(springfield, 'jimbo');
    expect(again.id).not.toBe(jimbo.id);
  });

  test('[D6] nobody signs in by an e-mail that an admin wrote, until a link to it was used', async () => {
    const owner = await crew.person(springfield, 'owner', { email: 'shared@example.org' });
    const thief = await harness.domain('thief');
    await crew.invite(thief, 'decoy', { email: 'shared@example.org' });
    const mole = await crew.person(thief, 'mole');
    await change(thief, mole, { email: 'shared@example.org' });
    expect(await crew.isSignedIn(await harness.signIn('shared@example.org'))).toBe(true);
    await change(springfield, owner, { email: 'newly-typed@example.org' });
    await expect(harness.signIn('newly-typed@example.org')).rejects.toMatchObject({ code: 'sign-in-failed' });
    expect(await crew.isSignedIn(await harness.signIn(owner.user))).toBe(true);
  });

  test('[D6] another e-mail voids the links that went to the old one', async () => {
    const ralph = await crew.person(springfield, 'ralph', { email: 'ralph@example.org' });
    await crew.visitor.call('POST', '/password/forgot', { user: ralph.user });
    const resets = "SELECT 1 FROM outbox WHERE recipient = 'ralph@example.org' AND template = 'reset'";
    await expect.poll(async () => harness.store.reader.all(resets)).toHaveLength(1);
    const token = await crew.visitor.tokenTo('ralph@example.org');
    expect((await crew.visitor.call('POST', '/password/reset/show', { token })).status).toBe(200);
    await change(springfield, ralph, { email: 'ralph.w@example.org' });
    expect((await crew.visitor.call('POST', '/password/reset/show', { token })).json).toMatchObject({ code: 'link-not-valid' });
  });

  test('[D6] a domain admin has no tags', async () => {
    const body = { name: 'super', email: 'super@example.org', role: 'domain-admin', tags: ['a'] };
    expect(await crew.call(springfield.cookie, 'POST', '/users', body)).toMatchObject(refused(400, 'invalid-request'));
    const tagged = await crew.invite(springfield, 'tagged', { tags: ['a'] });
    expect(await change(springfield, tagged, { role: 'domain-admin' })).toMatchObject(refused(400, 'invalid-request'));
    expect((await change(springfield, tagged, { role: 'domain-admin', tags: [] })).status).toBe(200);
  });
});

describe('[D6] the last domain admin', () => {
  test('[D6] can be neither removed nor lowered, by nobody; with a second one who joined, both can', async () => {
    const domain = await harness.domain('lonely');
    const first = { id: await ownId(domain) };
    await crew.invite(domain, 'not-yet', { role: 'domain-admin' });
    for (const role of ['admin', 'user'])
      expect(await change(domain, first, { role })).toMatchObject(refused(409, 'last-domain-admin'));
    expect(await remove(domain, first)).toMatchObject(refused(409, 'last-domain-admin'));
    const second = await crew.person(domain, 'second', { role: 'domain-admin' });
    expect((await change(second, first, { role: 'admin' })).status).toBe(200);
    expect(await remove(second, second)).toMatchObject(refused(409, 'last-domain-admin'));
  });

  test('[D6] of two who remove each other at once, one stays', async () => {
    for (let round = 0; round < 5; round += 1) {
      const domain = await harness.domain(`duel${round}`);
      const first = { id: await ownId(domain), cookie: domain.cookie };
      const second = await crew.person(domain, 'second', { role: 'domain-admin' });
      const acts = [remove(first, second), remove(second, first), change(second, first, { role: 'user' }), remove(first, first)];
      const done = (await Promise.all(acts)).filter(({ status }) => status < 300).length;
      expect(done).toBe(1);
      const left = await harness.store.reader.all(
        `SELECT 1 FROM auth_user u JOIN auth_account a ON a."userId" = u."id" WHERE u."domainId" = ? AND u."role" = 'domain-admin'`,
        domain.id,
      );
      expect(left).toHaveLength(1);
    }
  });

  test('[D6] what an admin may is read when the change is stored: who was just lowered changes nothing more', async () => {
    const domain = await harness.domain('overtaken');
    const second = await crew.person(domain, 'second', { role: 'domain-admin' });
    const third = await crew.person(domain, 'third');
    const input = {
      now: harness.now,
      domainId: domain.id,
      actor: second.user,
      address: '::1',
      sessionId: '',
      actorId: second.id,
    };
    await change(domain, second, { role: 'user' });
    await expect(harness.store.write('removeUser', { ...input, id: third.id })).rejects.toMatchObject({
      code: 'forbidden',
    });
    const user = {
      id: 'x',
      name: 'x',
      login: 'x',
      email: 'x@example.org',
      role: 'user' as const,
      billing: false,
      tags: [],
      language: 'en' as const,
    };
    const link = { tokenHash: 'h', sealed: new Uint8Array() };
    await expect(harness.store.write('inviteUser', { ...input, user, link })).rejects.toMatchObject({ code: 'forbidden' });
  });
});

describe('[A3] the audit log', () => {
  test('[A3] has every change of users, from before to after, who, from where, and no e-mail', async () => {
    const domain = await harness.domain('audited');
    const apu = await crew.person(domain, 'apu', { tags: ['kwik'], email: 'secret.address@example.org' });
    await change(domain, apu, { role: 'admin', tags: [], email: 'other.address@example.org' });
    await crew.call(domain.cookie, 'PATCH', '/me', { language: 'fr' });
    await remove(domain, apu);
    const common = { actor: 'admin@audited', address: '127.0.0.1', correlationId: expect.stringMatching(/.+/) as string };
    expect((await crew.audit(domain, 'user.invited'))[0]).toEqual({
      ...common,
      subject: 'apu@audited',
      details: { after: { role: 'user', billing: false, tags: ['kwik'] } },
    });
    expect((await crew.audit(domain, 'user.joined'))[0]).toMatchObject({
      actor: 'apu@audited',
      subject: 'apu@audited',
      details: {},
    });
    expect(await crew.audit(domain, 'user.changed')).toMatchObject([
      { ...common, subject: 'admin@audited', details: { before: { language: 'en' }, after: { language: 'fr' } } },
      {
        ...common,
        subject: 'apu@audited',
        details: { before: { role: 'user', tags: ['kwik'] }, after: { role: 'admin', tags: [] }, email: 'changed' },
      },
    ]);
    expect((await crew.audit(domain, 'user.removed'))[0]).toEqual({
      ...common,
      subject: 'apu@audited',
      details: { before: { role: 'admin', billing: false, tags: [] } },
    });
    expect(JSON.stringify(await harness.store.reader.all('SELECT * FROM audit'))).not.toContain('address@example.org');
    expect(harness.log.join('')).not.toContain('address@example.org');
  });
});
