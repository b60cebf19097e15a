import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Billing } from '../../../protocol/api.ts';
import { domainByName } from '../../domains/rows.ts';
import { dateOf, firstChargedDay, startOf } from '../../ledger/rules/usage.ts';
import { presentBilling } from '../../devices/present.ts';
import { openHarness, type Harness, type TestDomain } from '../../service/testing/harness.ts';

const DAY_MS = 86_400_000;
const BOARDS = 7;

interface Page {
  date: string;
  devices: number;
  charged: number;
  waived: boolean;
  items: { id: string; serial: string; label: string }[];
  nextCursor: string | null;
}

let harness: Harness;
let springfield: TestDomain;
let shelbyville: TestDomain;
let first: number;
const ids: string[] = [];

/**
 * On springfield's first charged day S-0 leaves, comes back and leaves for good, S-1 leaves and comes back twice, all in one millisecond, and S-2 has left the day before;
 * S-7 comes the day after.
 */
beforeAll(async () => {
  harness = await openHarness();
  springfield = await harness.domain('springfield');
  shelbyville = await harness.domain('shelbyville');
  first = firstChargedDay(harness.now + 30 * DAY_MS);
  for (let n = 0; n < BOARDS; n += 1) ids.push(await harness.device(springfield, `S-${n}`, 100));
  await harness.device(shelbyville, 'T-1', 100);
  const leave = async (n: number) =>
    harness.store.write('unenrol', {
      now: harness.now,
      id: ids[n] ?? '',
      domainId: springfield.id,
      actor: 'a',
      address: null,
    });
  harness.now = startOf(first) - 1;
  await leave(2);
  harness.now = startOf(first) + 5;
  await leave(0);
  await harness.enrol(springfield, 'S-0');
  await leave(0);
  for (let times = 0; times < 2; times += 1) {
    await leave(1);
    await harness.enrol(springfield, 'S-1');
  }
  harness.now = startOf(first + 1) + 5;
  ids.push(await harness.device(springfield, 'S-7', 100));
  harness.now = startOf(first + 2);
  await harness.operator.closeDay({});
  for (const domain of [springfield, shelbyville]) domain.cookie = await harness.signIn(`admin@${domain.name}`);
});

afterAll(async () => harness.close());

const ask = (domain: TestDomain, day: number, query = '') =>
  harness.request('GET', `/api/v1/billing/days/${dateOf(day)}${query}`, { cookie: domain.cookie });

describe('the devices of a day', () => {
  test.each([1, 2, 3, 200])('[L7] as many as were charged, each once, by pages of %i', async (limit) => {
    for (const [day, serials] of [
      [first, ['S-0', 'S-1', 'S-3', 'S-4', 'S-5', 'S-6']],
      [first + 1, ['S-1', 'S-3', 'S-4', 'S-5', 'S-6', 'S-7']],
    ] as const) {
      const items: Page['items'] = [];
      for (let cursor: string | null = ''; cursor !== null;) {
        const { status, json } = await ask(springfield, day, `?limit=${limit}&cursor=${cursor}`);
        expect(status).toBe(200);
        const page = json as Page;
        expect(page).toMatchObject({ date: dateOf(day), devices: serials.length, charged: serials.length, waived: false });
        expect(page.items.length).toBeLessThanOrEqual(limit);
        items.push(...page.items);
        cursor = page.nextCursor;
      }
      expect(items.map(({ serial }) => serial).toSorted()).toEqual(serials);
      expect(items.find(({ serial }) => serial === 'S-3')).toEqual({ id: ids[3], serial: 'S-3', label: 'S-3' });
    }
  });

  test('[L7] a day that is not closed or was free is not there; what is no date is refused', async () => {
    for (const day of [first - 1, first + 2]) expect((await ask(springfield, day)).status).toBe(404);
    for (const url of [
      '/billing/days/yesterday',
      '/billing/days/2026-02-30',
      `/billing/days/${dateOf(first)}?cursor=x`,
      `/billing/days/${dateOf(first)}?limit=0`,
    ])
      expect((await harness.request('GET', `/api/v1${url}`, { cookie: springfield.cookie })).status, url).toBe(400);
  });

  test('[A4] another domain sees its own devices of that day', async () => {
    expect((await ask(shelbyville, first)).json).toMatchObject({ devices: 1, charged: 1, items: [{ serial: 'T-1' }] });
  });

  test('[D6] who pays and has tags sees only devices with all of them', async () => {
    const change = (n: number, tags: string[]) =>
      harness.request('PATCH', `/api/v1/devices/${ids[n] ?? ''}`, { cookie: springfield.cookie, body: { tags } });
    await change(3, ['north', 'loan']);
    await change(4, ['north']);
    await harness.become(springfield, { role: 'user', billing: true, tags: ['north', 'loan'] });
    springfield.cookie = await harness.signIn('admin@springfield');
    const { json } = await ask(springfield, first);
    expect(json).toMatchObject({ devices: 6, items: [{ serial: 'S-3' }], nextCursor: null });
    await harness.become(springfield, { role: 'domain-admin' });
    springfield.cookie = await harness.signIn('admin@springfield');
  });
});

describe('when the credits end', () => {
  const billing = async (now: number): Promise<Billing> => {
    const domain = await domainByName(harness.store.reader, 'springfield');
    if (domain === null) throw new Error('no domain');
    return presentBilling(domain, { devices: 6, held: 0 }, now);
  };

  test('[L8] the days that the credits last begin with the first that is not closed', async () => {
    const { balance, daysLeft } = await billing(startOf(first + 2));
    expect([balance, daysLeft]).toEqual([800 - 12, Math.ceil(788 / 6)]);
    const last = dateOf(first + 2 + 132 - 1);
    // Whether today is the open day, or it is over and not closed yet: its credits are in the balance still.
    expect([(await billing(startOf(first + 2))).endsOn, (await billing(startOf(first + 3) + 5)).endsOn]).toEqual([last, last]);
    expect((await billing(startOf(first + 200))).endsOn).toBe(dateOf(first + 200));
  });
});
