import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openHarness, PASSWORD, type Harness } from '../../service/testing/harness.ts';
import { PortalCrew, type Answer, type PortalPerson } from '../../service/testing/portal.ts';

let harness: Harness;
let crew: PortalCrew;
let marge: PortalPerson;
let monty: PortalPerson;

beforeAll(async () => {
  harness = await openHarness();
  crew = new PortalCrew(harness);
  marge = await crew.person('marge', 'Springfield schools');
  monty = await crew.person('monty', 'Springfield schools');
});

afterAll(async () => harness.close());

const members = async (who: PortalPerson): Promise<Record<string, unknown>[]> =>
  (await crew.call(who.cookie, 'GET', `/organizations/${who.organizationId}/members`)).json['items'] as Record<string, unknown>[];
const invite = async (who: PortalPerson, email: string, role?: string) =>
  crew.call(who.cookie, 'POST', `/organizations/${who.organizationId}/invitations`, {
    email,
    ...(role === undefined ? {} : { role }),
  });
const codeOf = ({ json }: { json: Record<string, unknown> | null }): unknown => json?.['code'];

describe('[K3] an organisation is an id with members by invitation', () => {
  test('[K3] the same name typed again is another organisation, with nothing of the first', async () => {
    expect(marge.organizationId).not.toBe(monty.organizationId);
    const made = await crew.call(monty.cookie, 'POST', '/organizations', { name: 'Springfield schools' });
    expect([made.status, made.json['role']]).toEqual([201, 'admin']);
    expect((await members({ ...monty, organizationId: String(made.json['id']) })).map(({ email }) => email)).toEqual([
      monty.email,
    ]);
    expect(await members(marge)).toMatchObject([{ email: marge.email, role: 'admin', you: true, invitedUntil: null }]);
  });

  test('[A4] another’s organisation is not there: not its members, not its invitations', async () => {
    const strange = { ...monty, organizationId: marge.organizationId };
    const [own] = await members(marge);
    const url = `/organizations/${marge.organizationId}/members`;
    const answers = [
      await crew.call(monty.cookie, 'GET', url),
      await invite(strange, 'thief@example.org'),
      await crew.call(monty.cookie, 'PATCH', `${url}/${String(own?.['id'])}`, { role: 'member' }),
      await crew.call(monty.cookie, 'DELETE', `${url}/${String(own?.['id'])}`),
      // A member's id of the other, under the own organisation.
      await crew.call(monty.cookie, 'DELETE', `/organizations/${monty.organizationId}/members/${String(own?.['id'])}`),
    ];
    expect(answers.map(({ status, code }) => [status, code])).toEqual(answers.map(() => [404, 'not-found']));
    expect(await crew.visitor.mailsTo('thief@example.org')).toEqual([]);
    expect(await members(marge)).toHaveLength(1);
  });

  test('[D2] who is invited joins by link: looking changes nothing, it is good once and for 48 hours', async () => {
    const answer = await invite(marge, 'Lisa@example.org');
    expect([answer.status, answer.json]).toMatchObject([
      201,
      { email: 'lisa@example.org', role: 'member', name: null, you: false },
    ]);
    const first = await crew.visitor.tokenTo('lisa@example.org');
    await invite(marge, 'lisa@example.org', 'admin');
    expect(codeOf(await crew.open('/invitation/show', { token: first }))).toBe('link-not-valid');
    const token = await crew.visitor.tokenTo('lisa@example.org');
    const shown = { organization: 'Springfield schools', invitedBy: marge.email, email: 'lisa@example.org', hasAccount: false };
    expect((await crew.open('/invitation/show', { token })).json).toEqual(shown);
    // Somebody else's session is no proof of that e-mail.
    expect((await crew.call(monty.cookie, 'POST', '/invitation', { token })).code).toBe('invalid-request');
    expect(codeOf(await crew.open('/invitation', { token, name: 'Lisa', password: 'password123' }))).toBe('password-weak');
    expect(await members(marge)).toHaveLength(2);
    expect((await crew.open('/invitation', { token, name: 'Lisa', password: PASSWORD })).json).toEqual({
      organizationId: marge.organizationId,
      email: 'lisa@example.org',
    });
    expect(codeOf(await crew.open('/invitation', { token, name: 'Lisa', password: PASSWORD }))).toBe('link-not-valid');
    expect((await members(marge)).map(({ email, role, invitedUntil }) => [email, role, invitedUntil])).toEqual([
      [marge.email, 'admin', null],
      ['lisa@example.org', 'admin', null],
    ]);
    const cookie = await crew.signIn('lisa@example.org');
    expect((await crew.call(cookie, 'GET', '/organizations')).json).toMatchObject({
      items: [{ id: marge.organizationId, members: 2 }],
      total: 1,
    });
    await invite(marge, 'late@example.org');
    harness.now += 48 * 3_600_000;
    expect(codeOf(await crew.open('/invitation/show', { token: await crew.visitor.tokenTo('late@example.org') }))).toBe(
      'link-not-valid',
    );
  });

  test('[D2] who has an account joins in its session or by its password', async () => {
    const [bart, ned] = [await crew.person('bart'), await crew.person('ned')];
    await invite(marge, bart.email);
    const token = await crew.visitor.tokenTo(bart.email);
    expect((await crew.open('/invitation/show', { token })).json).toMatchObject({ hasAccount: true });
    expect(codeOf(await crew.open('/invitation', { token }))).toBe('signed-out');
    expect(codeOf(await crew.open('/invitation', { token, password: 'not the password', name: 'x' }))).toBe('password-wrong');
    expect((await crew.open('/invitation', { token, password: PASSWORD })).status).toBe(200);
    await crew.join(marge, ned);
    expect((await crew.call(ned.cookie, 'GET', '/organizations')).json).toMatchObject({ total: 2 });
    expect((await invite(marge, ned.email)).json).toMatchObject({ code: 'conflict', details: { reason: 'member-already' } });
  });
});

describe('[K3] only an admin of the organisation changes it', () => {
  test('[K3] a member sees, invites nobody and removes nobody, and may leave', async () => {
    const [admin, member] = [await crew.person('skinner'), await crew.person('chalmers')];
    const id = await crew.join(admin, member);
    const here = { ...member, organizationId: admin.organizationId };
    const [first] = await members(here);
    const url = `/organizations/${admin.organizationId}/members`;
    expect((await invite(here, 'x@example.org')).code).toBe('forbidden');
    expect((await crew.call(member.cookie, 'DELETE', `${url}/${String(first?.['id'])}`)).code).toBe('forbidden');
    expect((await crew.call(member.cookie, 'PATCH', `${url}/${id}`, { role: 'admin' })).code).toBe('forbidden');
    expect((await crew.call(member.cookie, 'DELETE', `${url}/${id}`)).status).toBe(204);
    expect((await crew.call(member.cookie, 'GET', url)).code).toBe('not-found');
  });

  test('[K3] the last admin stays, also where two leave at the same moment; an invitation does not count', async () => {
    const [one, two] = [await crew.person('patty'), await crew.person('selma')];
    const url = `/organizations/${one.organizationId}/members`;
    const own = String((await members(one))[0]?.['id']);
    await invite(one, 'nobody@example.org', 'admin');
    expect((await crew.call(one.cookie, 'DELETE', `${url}/${own}`)).code).toBe('last-organization-admin');
    expect((await crew.call(one.cookie, 'PATCH', `${url}/${own}`, { role: 'member' })).code).toBe('last-organization-admin');
    const other = await crew.join(one, two, 'admin');
    const left = await Promise.all([
      crew.call(one.cookie, 'DELETE', `${url}/${own}`),
      crew.call(two.cookie, 'DELETE', `${url}/${other}`),
    ]);
    expect(left.map(({ status }) => String(status)).toSorted()).toEqual(['204', '409']);
  });

  test('[A1] members are paged by cursor', async () => {
    const seen: unknown[] = [];
    for (let cursor: string | null = ''; cursor !== null;) {
      const page: Answer = await crew.call(
        marge.cookie,
        'GET',
        `/organizations/${marge.organizationId}/members?limit=2&cursor=${cursor}`,
      );
      seen.push(...(page.json['items'] as { email: string }[]).map(({ email }) => email));
      cursor = page.json['nextCursor'] as string | null;
    }
    expect(seen).toEqual((await members(marge)).map(({ email }) => email));
    expect(seen.length).toBeGreaterThan(2);
  });
});
