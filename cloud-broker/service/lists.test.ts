import * as fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { DevicesPage, HistoryPage } from '../../protocol/api.ts';
import { deviceSorts, deviceStatuses } from '../../protocol/api.ts';
import { listDevices } from '../devices/queries/devices.ts';
import { openHarness, type Harness, type TestDomain } from './testing/harness.ts';
import { isOnPostgres } from '../../test/support/test-database.ts';

let harness: Harness;
let domain: TestDomain;
/** Labels chosen so that many are the same, differ in case only, or look like patterns. */
const LABELS = ['Room', 'room', 'Room 10', 'Room 2', '100%', 'a_b', 'École', 'Salle "3"', '\\', 'Ω'];
const DEVICES = 60;
const WAITING = 15;

beforeAll(async () => {
  harness = await openHarness();
  domain = await harness.domain('springfield');
  const other = await harness.domain('shelbyville');
  await harness.device(other, 'OTHER-1');
  for (let n = 0; n < DEVICES; n += 1) {
    if (n % 3 === 0) harness.now += 60_000;
    const id = await harness.device(domain, `SERIAL-${n}`, n);
    const label = LABELS[n % LABELS.length] ?? '';
    await harness.request('PATCH', `/api/v1/devices/${id}`, {
      cookie: domain.cookie,
      body: { label, tags: n % 2 === 0 ? ['even', 'all'] : ['all'] },
    });
  }
  for (let n = 0; n < WAITING; n += 1) await harness.enrol(domain, `WAITS-${n}`);
  const some = await harness.store.reader.all<{ id: string }>(
    "SELECT id FROM devices WHERE state = 'enrolled' ORDER BY id LIMIT 20",
  );
  const transitions = some.map(({ id }, n) => ({
    deviceId: id,
    status: (['online', 'late', 'offline'] as const)[n % 3] ?? 'online',
    since: harness.now,
    how: n % 3 === 2 ? ('lost' as const) : null,
  }));
  await harness.store.write('flushPresence', { now: harness.now, rows: [], births: [], running: [], transitions });
});

afterAll(async () => harness.close());

async function page<Page>(url: string): Promise<Page> {
  const answer = await harness.request('GET', url, { cookie: domain.cookie });
  expect(answer.status).toBe(200);
  return answer.json as Page;
}

/** All ids of a list, page by page, each page of a length that `limits` gives in turn. */
async function walk(query: string, limits: readonly number[]): Promise<{ ids: string[]; total: number }> {
  const ids: string[] = [];
  for (let cursor = '', round = 0; ; round += 1) {
    const limit = limits[round % limits.length] ?? 1;
    const { items, nextCursor, total } = await page<DevicesPage>(
      `/api/v1/devices?${query}&limit=${limit}${cursor === '' ? '' : `&cursor=${cursor}`}`,
    );
    expect(items.length).toBeLessThanOrEqual(limit);
    ids.push(...items.map(({ id }) => id));
    if (nextCursor === null) return { ids, total };
    expect(items.length).toBe(limit);
    cursor = nextCursor;
  }
}

const labels = async (q: string) => {
  const { items } = await page<DevicesPage>(`/api/v1/devices?limit=200&q=${encodeURIComponent(q)}`);
  return [...new Set(items.map(({ label }) => label))];
};

const place = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');

describe('[A1] paging', () => {
  test('[A1] whatever the pages, each device comes once and in one order', async () => {
    const filters = fc.record({
      sort: fc.constantFrom(...deviceSorts),
      status: fc.constantFrom(undefined, ...deviceStatuses),
      tag: fc.constantFrom(undefined, 'even', 'all', 'none'),
      model: fc.constantFrom(undefined, 'MX-65', 'none'),
      q: fc.constantFrom(undefined, 'room', '%', '_', '\\', 'SERIAL-1', 'École', 'mx-65'),
    });
    await fc.assert(
      fc.asyncProperty(
        filters,
        fc.array(fc.integer({ min: 1, max: 30 }), { minLength: 1, maxLength: 5 }),
        async (filter, limits) => {
          const query = new URLSearchParams(
            Object.entries(filter).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
          ).toString();
          const whole = await page<DevicesPage>(`/api/v1/devices?${query}&limit=200`);
          const { ids, total } = await walk(query, limits);
          expect(ids).toEqual(whole.items.map(({ id }) => id));
          expect(new Set(ids).size).toBe(ids.length);
          expect(total).toBe(ids.length);
        },
      ),
      { numRuns: 60 },
    );
  });

  test('[A1] what comes and goes while paging neither repeats nor hides what stays', async () => {
    const before = (await walk('sort=label', [200])).ids;
    const added = ['0', 'M', 'z'];
    const ids: string[] = [];
    for (let cursor = ''; ;) {
      const { items, nextCursor } = await page<DevicesPage>(
        `/api/v1/devices?sort=label&limit=7${cursor === '' ? '' : `&cursor=${cursor}`}`,
      );
      ids.push(...items.map(({ id }) => id));
      if (nextCursor === null) break;
      cursor = nextCursor;
      const label = added.shift();
      if (label === undefined) continue;
      const id = await harness.device(domain, `LATE-${label}`);
      await harness.request('PATCH', `/api/v1/devices/${id}`, { cookie: domain.cookie, body: { label } });
    }
    expect(new Set(ids).size).toBe(ids.length);
    expect(ids.filter((id) => before.includes(id))).toEqual(before);
  });

  test('[A1] sorts are what they say', async () => {
    const enrolled = (await page<DevicesPage>('/api/v1/devices?sort=-enrolled&limit=200')).items.map(
      ({ enrolledAt }) => enrolledAt,
    );
    const times = enrolled.filter((at) => at !== null);
    expect(times).toEqual(times.toSorted().toReversed());
    expect(enrolled.slice(times.length).every((at) => at === null)).toBe(true);
    const ascending = (await walk('sort=enrolled', [11])).ids;
    expect(ascending).toEqual((await walk('sort=-enrolled', [13])).ids.toReversed());
  });

  test('[A1] sorts from memory are what they say, and follow what changes', async () => {
    const values = async (sort: string, by: 'statusSince' | 'model' | 'firmware') =>
      (await page<DevicesPage>(`/api/v1/devices?sort=${sort}&limit=200`)).items.map((device) => device[by] ?? '');
    for (const [sort, by] of [
      ['since', 'statusSince'],
      ['model', 'model'],
      ['firmware', 'firmware'],
    ] as const) {
      const ascending = await values(sort, by);
      expect(ascending).toEqual(ascending.toSorted());
      expect((await walk(`sort=${sort}`, [7])).ids).toEqual((await walk(`sort=-${sort}`, [9])).ids.toReversed());
    }
    const [last] = (await walk('sort=-since', [200])).ids.toReversed();
    harness.now += 60_000;
    const transitions = [{ deviceId: last ?? '', status: 'late' as const, since: harness.now, how: null }];
    await harness.store.write('flushPresence', { now: harness.now, rows: [], births: [], running: [], transitions });
    expect((await walk('sort=-since', [200])).ids[0]).toBe(last);
    expect((await walk('model=MX-65', [50])).total).toBe((await walk('', [50])).total);
    expect((await walk('firmware=none', [50])).ids).toEqual([]);
  });

  test('[A1] searching takes every character literally', async () => {
    expect(await labels('%')).toEqual(['100%']);
    expect(await labels('_')).toEqual(['a_b']);
    expect(await labels('\\')).toEqual(['\\']);
    expect(await labels('ROOM 1')).toEqual(['Room 10']);
    expect(await labels('no such thing')).toEqual([]);
  });

  test('[A1] a cursor of another list or sort, or garbage, is refused', async () => {
    const { nextCursor } = await page<DevicesPage>('/api/v1/devices?sort=label&limit=1');
    const tries = [
      `/devices?sort=-label&cursor=${nextCursor}`,
      `/devices?sort=enrolled&cursor=${nextCursor}`,
      `/billing/history?cursor=${nextCursor}`,
      `/blocks?cursor=${nextCursor}`,
      `/devices?cursor=${place(['label', 1, 'x'])}`,
      `/devices?cursor=${place({})}`,
      `/devices?cursor=${place(null)}`,
      '/devices?cursor=%00',
      '/billing/history?cursor=LTE',
    ];
    for (const url of tries) {
      const answer = await harness.request('GET', `/api/v1${url}`, { cookie: domain.cookie });
      expect([url, answer.status]).toEqual([url, 400]);
    }
  });

  test.skipIf(isOnPostgres)('[A1] keysets are served by an index: no list is sorted', async () => {
    const { reader } = harness.store;
    const plans: string[] = [];
    const explaining = {
      all: async (text: string, ...parameters: never[]) => {
        plans.push(
          ...(await reader.all<{ detail: string }>(`EXPLAIN QUERY PLAN ${text}`, ...parameters)).map(({ detail }) => detail),
        );
        return await reader.all(text, ...parameters);
      },
      get: reader.get.bind(reader),
    } as unknown as typeof reader;
    for (const sort of ['label', '-label', 'enrolled', '-enrolled'] as const) {
      for (const status of [undefined, 'online'] as const) {
        const query = { sort, limit: 3, ...(status === undefined ? {} : { status }) };
        const first = await listDevices(explaining, { domainId: domain.id, tags: [] }, query);
        await listDevices(explaining, { domainId: domain.id, tags: [] }, { ...query, cursor: first.nextCursor ?? undefined });
      }
    }
    expect(plans.filter((detail) => detail.includes('TEMP B-TREE'))).toEqual([]);
    const devices = plans.filter((detail) => /\bd\b/.test(detail));
    expect(devices.length).toBeGreaterThan(10);
    expect(devices.filter((detail) => !detail.startsWith('SEARCH d USING INDEX'))).toEqual([]);
  });
});

describe('counts and figures', () => {
  test('a count is the total of the list it opens', async () => {
    const counts = await page<Record<string, number>>('/api/v1/devices/counts');
    for (const status of deviceStatuses)
      expect([status, counts[status]]).toEqual([status, (await walk(`status=${status}`, [200])).total]);
    expect(counts['all']).toBe((await walk('', [200])).total);
    expect(counts['pending']).toBe(WAITING);
  });

  test('[L8] history is whole, newest first by n, and its balances add up', async () => {
    const rows: HistoryPage['items'] = [];
    for (let cursor = ''; ;) {
      const { items, nextCursor, total } = await page<HistoryPage>(
        `/api/v1/billing/history?limit=9${cursor === '' ? '' : `&cursor=${cursor}`}`,
      );
      rows.push(...items);
      if (nextCursor !== null) {
        cursor = nextCursor;
        continue;
      }
      expect(rows).toHaveLength(total);
      break;
    }
    expect(rows.map(({ n }) => n)).toEqual(rows.map((_, index) => rows.length - index));
    for (const [index, row] of rows.entries()) expect(row.balanceAfter - row.credits).toBe(rows[index + 1]?.balanceAfter ?? 0);
    expect(rows.at(-1)).toMatchObject({
      kind: 'enrolment',
      serial: 'SERIAL-1',
      credits: 1,
      hash: expect.stringMatching(/^[0-9a-f]{64}$/) as unknown,
    });
  });

  test('[L8] the figures of Billing', async () => {
    const balance =
      (await harness.store.reader.get<{ balance: number }>('SELECT balance FROM ledger_heads WHERE domain_id = ?', domain.id))
        ?.balance ?? 0;
    const enrolled = DEVICES + 3;
    const daysLeft = Math.ceil(balance / enrolled);
    const trialEnd =
      (await harness.store.reader.get<{ at: number }>('SELECT trial_ends_at AS at FROM domains WHERE id = ?', domain.id))?.at ??
      0;
    const endsOn = new Date((Math.ceil(trialEnd / 86_400_000) + daysLeft - 1) * 86_400_000).toISOString().slice(0, 10);
    expect(await page('/api/v1/billing')).toMatchObject({
      status: 'active',
      devices: enrolled,
      balance,
      held: 0,
      usedPerDay: enrolled,
      daysLeft,
      endsOn,
    });
  });

  test('[E14] held credits are shown, and are not in the balance', async () => {
    const capital = await harness.domain('capitalcity');
    await harness.store.write('accountStatement', {
      text: 'UPDATE auth_user SET "language" = \'fr\' WHERE "domainId" = ? RETURNING 1',
      parameters: [capital.id],
    });
    const nothing = await harness.request('GET', '/api/v1/billing', { cookie: capital.cookie });
    expect(nothing.json).toMatchObject({
      status: 'trial',
      devices: 0,
      balance: 0,
      held: 0,
      usedPerDay: 0,
      daysLeft: null,
      endsOn: null,
    });
    const { deviceId } = await harness.enrol(capital, 'JOINS-LATER');
    await harness.request('POST', `/api/v1/devices/${deviceId}/approve`, { cookie: capital.cookie, body: {} });
    await harness.list('JOINS-LATER', 365);
    const key = (
      await harness.store.reader.get<{ key: string }>('SELECT key_fingerprint AS key FROM devices WHERE id = ?', deviceId)
    )?.key;
    await harness.enrol(capital, 'JOINS-LATER', key);
    const billing = await harness.request('GET', '/api/v1/billing', { cookie: capital.cookie });
    expect(billing.json).toMatchObject({ devices: 1, balance: 0, held: 365, usedPerDay: 1, daysLeft: 0 });
    expect((await harness.request('GET', `/api/v1/devices/${deviceId}`, { cookie: capital.cookie })).json).toMatchObject({
      credits: { granted: 0, reason: 'held' },
    });
  });
});
