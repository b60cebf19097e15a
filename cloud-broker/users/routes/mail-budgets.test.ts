import { afterAll, beforeAll, expect, test } from 'vitest';
import { openHarness, PASSWORD, type Harness } from '../../service/testing/harness.ts';
import { PortalCrew, type PortalPerson } from '../../service/testing/portal.ts';
import { Crew } from '../../service/testing/users.ts';

let harness: Harness;
let crew: Crew;
let portal: PortalCrew;

beforeAll(async () => {
  harness = await openHarness();
  crew = new Crew(harness);
  portal = new PortalCrew(harness);
});
afterAll(async () => harness.close());

/** A stranger signs `count` domains up with this e-mail; the statuses. */
async function strangersSignUp(email: string, prefix: string, count = 5): Promise<number[]> {
  const statuses = [];
  for (let n = 0; n < count; n += 1) {
    const about = { organization: 'x', contactName: 'x', phone: '1' };
    const body = { name: `${prefix}${n}`, email, password: PASSWORD, ...about };
    statuses.push((await crew.visitor.call('POST', '/signup', body)).status);
  }
  return statuses;
}

const templatesTo = async (email: string): Promise<string[]> =>
  (await crew.visitor.mailsTo(email)).map(({ template }) => template);
const forgot = async (user: string): Promise<void> => void (await crew.visitor.call('POST', '/password/forgot', { user }));

test('[D6] a stranger who signs up with somebody’s e-mail does not hold back an admin’s invitation to them', async () => {
  const email = 'colleague@example.org';
  expect(await strangersSignUp(email, 'taken')).toEqual([201, 201, 201, 201, 429]);
  const springfield = await harness.domain('springfield');
  const { id } = await crew.invite(springfield, 'colleague', { email });
  expect((await crew.call(springfield.cookie, 'POST', `/users/${id}/resend`)).status).toBe(200);
  expect(await templatesTo(email)).toContain('invitation');
});

test('[D6] nor does it hold back the owner’s own reset; resets asked for do not hold back an invitation', async () => {
  await harness.domain('shelbyville');
  const email = 'shelbyville@example.org';
  await strangersSignUp(email, 'squat');
  await forgot('admin@shelbyville');
  await expect.poll(async () => templatesTo(email)).toContain('reset');
  for (let n = 0; n < 5; n += 1) await forgot('admin@shelbyville');
  expect((await crew.invite(await harness.domain('ogdenville'), 'guest', { email })).email).toBe(email);
});

test('[D6] invitations and resets in one domain do not hold back a reset in another, nor a sign-up', async () => {
  const [evil, good] = [await harness.domain('evil'), await harness.domain('good')];
  const email = 'good@example.org';
  for (let n = 0; n < 4; n += 1) await crew.invite(evil, `v${n}`, { email });
  const { user, id } = await crew.person(evil, 'decoy');
  expect((await crew.call(evil.cookie, 'PATCH', `/users/${id}`, { email })).status).toBe(200);
  for (let n = 0; n < 4; n += 1) await forgot(user);
  await expect.poll(async () => templatesTo(email)).toContain('reset');
  await forgot(`admin@${good.name}`);
  const about = async (): Promise<string[]> => (await crew.visitor.mailsTo(email)).map(({ data }) => data);
  await expect.poll(async () => (await about()).some((data) => data.includes('admin@good'))).toBe(true);
  expect(await strangersSignUp(email, 'honest', 1)).toEqual([201]);
});

test('[D6] another domain’s invitations to the same person do not hold back one’s own', async () => {
  const [first, second] = [await harness.domain('first'), await harness.domain('second')];
  const email = 'wanted@example.org';
  for (let n = 0; n < 4; n += 1) await crew.invite(first, `w${n}`, { email });
  const body = { name: 'w5', email };
  expect((await crew.call(first.cookie, 'POST', '/users', body)).status).toBe(429);
  expect((await crew.call(second.cookie, 'POST', '/users', body)).status).toBe(201);
});

const inviteToPortal = async (by: PortalPerson, email: string): Promise<number> =>
  (await portal.call(by.cookie, 'POST', `/organizations/${by.organizationId}/invitations`, { email })).status;

test('[K3] [D6] in the portal neither strangers’ mails nor their network hold back an invitation, nor the other way round', async () => {
  const marge = await portal.person('marge');
  const email = 'lisa@example.org';
  const address = '127.0.0.1';
  for (let n = 0; n < 30; n += 1) await portal.open('/password/forgot', { email: `nobody${n}@example.org` }, { address });
  const signUp = { email, password: PASSWORD, name: 'Eve' };
  for (let n = 0; n < 4; n += 1) expect((await portal.open('/signup', signUp)).status).toBe(201);
  expect((await portal.open('/signup', signUp)).status).toBe(429);
  expect(await inviteToPortal(marge, email)).toBe(201);
  for (let n = 0; n < 4; n += 1) await inviteToPortal(marge, 'bart@example.org');
  expect(await inviteToPortal(marge, 'bart@example.org')).toBe(429);
  expect((await portal.open('/signup', { ...signUp, email: 'bart@example.org' })).status).toBe(201);
});

test('[K3] [D6] strangers who sign up with a portal user’s e-mail do not hold back the reset that its owner asks for', async () => {
  const { email } = await portal.person('ned');
  const signUp = { email, password: PASSWORD, name: 'Eve' };
  for (let n = 0; n < 5; n += 1) await portal.open('/signup', signUp);
  const seen = await portal.visitor.newestTo(email);
  await portal.open('/password/forgot', { email });
  await expect.poll(async () => portal.visitor.newestTo(email)).toBeGreaterThan(seen);
});

test('[D6] a portal user has a hundred invitations a day, whatever the organisation', async () => {
  const monty = await portal.person('monty');
  const statuses = new Set<number>();
  for (let n = 0; n < 100; n += 1) statuses.add(await inviteToPortal(monty, `m${n}@example.org`));
  expect([...statuses]).toEqual([201]);
  expect(await inviteToPortal(monty, 'more@example.org')).toBe(429);
  expect(await inviteToPortal(await portal.person('smithers'), 'more@example.org')).toBe(201);
});
