import { afterAll, beforeAll, expect, test } from 'vitest';
import { openHarness, PASSWORD, type Harness } from '../../service/testing/harness.ts';
import { OwnAccess } from '../../service/testing/own-access.ts';
import { PortalCrew } from '../../service/testing/portal.ts';
import { Crew } from '../../service/testing/users.ts';

let harness: Harness;
let crew: Crew;
let portal: PortalCrew;
let own: OwnAccess;

beforeAll(async () => {
  harness = await openHarness();
  crew = new Crew(harness);
  portal = new PortalCrew(harness);
  own = new OwnAccess(harness, crew.visitor);
});
afterAll(async () => harness.close());

const about = { organization: 'École', contactName: 'Zoë', phone: '1', password: PASSWORD };
const signUp = async (name: string, email: string) => crew.visitor.call('POST', '/signup', { ...about, name, email });

test('[D6] signing up with an e-mail of any language, and signing in by it however it is written', async () => {
  const answer = await signUp('ecole', 'Jürgen@École.example');
  expect(answer).toMatchObject({ status: 201, json: { email: 'jürgen@école.example' } });
  const stored = 'jürgen@xn--cole-9oa.example';
  // Sent again for the same mailbox written another way.
  const before = await crew.visitor.newestTo(stored);
  await crew.visitor.call('POST', '/signup/resend', { name: 'ecole', email: 'jürgen@xn--cole-9oa.EXAMPLE' });
  await expect.poll(async () => crew.visitor.newestTo(stored)).toBeGreaterThan(before);
  const token = await crew.visitor.tokenTo(stored);
  expect((await crew.visitor.call('POST', '/activation', { token, password: PASSWORD })).status).toBe(200);
  for (const user of ['jürgen@école.example', 'JU\u0308RGEN@E\u0301COLE.example', 'jürgen@xn--cole-9oa.example']) {
    const signedIn = await own.signIn(user);
    expect([user, signedIn.status]).toEqual([user, 200]);
    expect(signedIn.json).toMatchObject({ user: 'admin@ecole', email: 'jürgen@école.example' });
  }
});

test('[D6] all ways to write an e-mail share one limit', async () => {
  await harness.domain('limited');
  const ways = ['a@école.example', 'A@xn--cole-9oa.example', 'a@E\u0301cole.example'];
  const statuses = [];
  for (let n = 0; n < 11; n += 1) {
    const body = { user: ways[n % 3], password: 'not the password' };
    statuses.push((await crew.visitor.call('POST', '/session', body, { address: '203.0.113.77' })).status);
  }
  expect(statuses).toEqual([...Array<number>(10).fill(401), 429]);
  const signUps = [];
  for (let n = 0; n < 5; n += 1) signUps.push((await signUp(`ways${n}`, ways[n % 3] ?? '')).status);
  expect(signUps).toEqual([201, 201, 201, 201, 429]);
});

test('[D6] invitations, another e-mail of a user, the domain’s and the alerts’ mailbox: stored once, shown as written', async () => {
  const domain = await harness.domain('lycee');
  const { id, email } = await crew.invite(domain, 'zoe', { email: 'zoe@xn--cole-9oa.example' });
  expect(email).toBe('zoe@école.example');
  const mailed = await crew.visitor.newestTo('zoe@xn--cole-9oa.example');
  // The same mailbox is no new one: no invitation goes out again.
  expect((await crew.call(domain.cookie, 'PATCH', `/users/${id}`, { email: 'zoe@École.example' })).status).toBe(200);
  expect(await crew.visitor.newestTo('zoe@xn--cole-9oa.example')).toBe(mailed);
  expect((await crew.call(domain.cookie, 'PATCH', `/users/${id}`, { email: '用户@例え。テスト' })).json).toMatchObject({
    email: '用户@例え.テスト',
  });
  const settings = (await crew.call(domain.cookie, 'GET', '/alerts/settings')).json ?? {};
  const { domainEmail: _, changedAt: __, ...rules } = settings;
  const saved = await crew.call(domain.cookie, 'PATCH', '/domain', { email: 'Bureau@École.example', password: PASSWORD });
  expect(saved).toMatchObject({ status: 200, json: { email: 'bureau@école.example' } });
  const put = async (mailbox: string) =>
    harness.request('PUT', '/api/v1/alerts/settings', { cookie: domain.cookie, body: { ...rules, mailbox } });
  expect(await put('alertes@xn--cole-9oa.example')).toMatchObject({
    status: 200,
    json: { mailbox: 'alertes@école.example', domainEmail: 'bureau@école.example' },
  });
  const stored = await harness.store.reader.get<{ settings: string }>(
    'SELECT settings FROM alert_rules WHERE domain_id = ?',
    domain.id,
  );
  expect(stored?.settings).toContain('"alertes@xn--cole-9oa.example"');
});

test('[K3] the portal: sign-up, sign-in, a forgotten password and an invitation, however the e-mail is written', async () => {
  const [written, stored] = ['jürgen@Müller.example', 'jürgen@xn--mller-kva.example'];
  const person = { email: written, password: PASSWORD, name: 'Jürgen' };
  expect(await portal.open('/signup', person)).toMatchObject({ status: 201, json: { email: 'jürgen@müller.example' } });
  const activated = await portal.open('/activation', { token: await portal.visitor.tokenTo(stored), password: PASSWORD });
  expect(activated.json).toEqual({ email: 'jürgen@müller.example', name: 'Jürgen' });
  for (const email of [written, stored, 'JU\u0308RGEN@MÜLLER.example'])
    expect(await portal.signIn(email)).toMatch(/^rollcall-portal=/);
  expect((await portal.open('/session', { email: written, password: 'not the password' })).json).toMatchObject({
    code: 'sign-in-failed',
  });
  // Whoever signs up with the same mailbox in another writing is told nothing, and its owner gets a link.
  expect((await portal.open('/signup', { ...person, email: stored })).status).toBe(201);
  expect((await portal.visitor.mailsTo(stored)).at(-1)).toMatchObject({ template: 'portal-reset' });
  const marge = await portal.person('marge');
  const invited = async (email: string) =>
    portal.call(marge.cookie, 'POST', `/organizations/${marge.organizationId}/invitations`, { email });
  expect(await invited(written)).toMatchObject({ status: 201, json: { email: 'jürgen@müller.example' } });
  const cookie = await portal.signIn(stored);
  await portal.call(cookie, 'POST', '/invitation', { token: await portal.visitor.tokenTo(stored) });
  expect(await invited(stored)).toMatchObject({ status: 409, json: { details: { reason: 'member-already' } } });
  expect((await portal.call(cookie, 'GET', '/session')).json).toEqual({ email: 'jürgen@müller.example', name: 'Jürgen' });
});

test('[K5] [D1] the operator: a domain and a product key for an e-mail of any language', async () => {
  await harness.operator.createDomain({ name: 'gymnase', email: 'Admin@École.example', password: PASSWORD });
  const row = await harness.store.reader.get("SELECT email FROM domains WHERE name = 'gymnase'");
  expect(row).toEqual({ email: 'admin@xn--cole-9oa.example' });
  const issued = await harness.operator.issueKey({ credits: 10, email: 'achats@école.example' });
  expect(issued.mailedTo).toBe('achats@école.example');
  expect(await crew.visitor.mailsTo('achats@xn--cole-9oa.example')).toHaveLength(1);
  await expect(harness.operator.issueKey({ credits: 10, email: 'a\u200b@école.example' })).rejects.toMatchObject({
    code: 'invalid-request',
    details: { field: 'email' },
  });
});

test('[A6] an e-mail with a second address, a header or something invisible is refused wherever one is taken', async () => {
  const domain = await harness.domain('refusing');
  const marge = await portal.person('patty');
  const rules = (await crew.call(domain.cookie, 'GET', '/alerts/settings')).json ?? {};
  const { domainEmail: _, changedAt: __, ...settings } = rules;
  for (const email of ['a@b.example\r\nBcc: c@d.example', 'a@b.example,c@d.example', 'a\u202e@b.example', 'a@é\u200b.example']) {
    const answers = [
      await signUp('refused', email),
      await crew.call(domain.cookie, 'POST', '/users', { name: 'bart', email }),
      await crew.call(domain.cookie, 'PATCH', '/domain', { email, password: PASSWORD }),
      await harness.request('PUT', '/api/v1/alerts/settings', { cookie: domain.cookie, body: { ...settings, mailbox: email } }),
      await portal.open('/signup', { email, password: PASSWORD, name: 'x' }),
      await portal.call(marge.cookie, 'POST', `/organizations/${marge.organizationId}/invitations`, { email }),
    ];
    expect(answers.map(({ status }) => status)).toEqual([400, 400, 400, 400, 400, 400]);
  }
});

test('[D1] an e-mail is no password, in any writing', async () => {
  const answer = await crew.visitor.call('POST', '/signup', {
    ...about,
    name: 'weak',
    email: 'jürgen@école.example',
    password: 'jürgen@École.example',
  });
  expect(answer).toMatchObject({ status: 422, json: { code: 'password-weak' } });
});
