import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Billing } from '../../../protocol/api.ts';
import type { HeldPage } from '../../../protocol/api-held.ts';
import { openHarness, type Harness, type TestDomain } from '../../service/testing/harness.ts';
import { Crew } from '../../service/testing/users.ts';

let harness: Harness;
let crew: Crew;
let springfield: TestDomain;

beforeAll(async () => {
  harness = await openHarness();
  crew = new Crew(harness);
  springfield = await harness.domain('springfield');
});
afterAll(async () => harness.close());

/** Enrols a board and lists it only then: without a factory key its credits are held when it renews (E5, E14). */
async function heldDevice(domain: TestDomain, serial: string, credits: number): Promise<string> {
  const key = `key of ${serial}`;
  const { deviceId } = await harness.enrol(domain, serial, key);
  expect((await crew.call(domain.cookie, 'POST', `/devices/${deviceId}/approve`, {})).status).toBe(200);
  await harness.list(serial, credits);
  await harness.enrol(domain, serial, key);
  harness.now += 1000;
  return deviceId;
}

const held = async (cookie: string, query = ''): Promise<HeldPage> =>
  (await crew.call(cookie, 'GET', `/billing/held${query}`)).json as unknown as HeldPage;

test('[E14] held credits are listed, page by page, with what they add up to; they are nobody else’s, and a viewer’s tags hold', async () => {
  expect(await held(springfield.cookie)).toEqual({ items: [], nextCursor: null, total: 0, credits: 0 });
  const enrolledAt = new Date(harness.now).toISOString();
  const ids = [await heldDevice(springfield, 'H-1', 10), await heldDevice(springfield, 'H-2', 20)];
  ids.push(await heldDevice(springfield, 'H-3', 30));
  await harness.device(springfield, 'granted', 5);
  const all = await held(springfield.cookie);
  expect(all).toMatchObject({ nextCursor: null, total: 3, credits: 60 });
  expect(all.items[0]).toEqual({ id: ids[0], serial: 'H-1', label: 'H-1', model: 'MX-65', enrolledAt, credits: 10 });
  const { json: billing } = await crew.call(springfield.cookie, 'GET', '/billing');
  expect((billing as unknown as Billing).held).toBe(all.credits);

  const seen: string[] = [];
  for (let cursor: string | null = ''; cursor !== null;) {
    const page: HeldPage = await held(springfield.cookie, `?limit=2${cursor === '' ? '' : `&cursor=${cursor}`}`);
    expect(page).toMatchObject({ total: 3, credits: 60 });
    seen.push(...page.items.map(({ id }) => id));
    cursor = page.nextCursor;
  }
  expect(seen).toEqual(ids);

  const shelbyville = await harness.domain('shelbyville');
  expect(await held(shelbyville.cookie)).toMatchObject({ items: [], total: 0, credits: 0 });
  await crew.call(springfield.cookie, 'PATCH', `/devices/${ids[1]}`, { tags: ['north'] });
  const payer = await crew.person(springfield, 'payer', { tags: ['north'], billing: true });
  expect(await held(payer.cookie)).toMatchObject({ items: [{ id: ids[1] }], total: 1, credits: 20 });
  const clerk = await crew.person(springfield, 'clerk', {});
  expect((await crew.call(clerk.cookie, 'GET', '/billing/held')).status).toBe(403);

  await crew.call(springfield.cookie, 'DELETE', `/devices/${ids[0]}`, {});
  expect(await held(springfield.cookie)).toMatchObject({ total: 2, credits: 50 });
});
