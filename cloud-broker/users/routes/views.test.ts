import { afterAll, beforeAll, expect, test } from 'vitest';
import { MAX_VIEWS, viewList } from '../../../protocol/api-views.ts';
import { openHarness, type Harness, type TestDomain } from '../../service/testing/harness.ts';
import { Crew } from '../../service/testing/users.ts';

let harness: Harness;
let domain: TestDomain;

beforeAll(async () => {
  harness = await openHarness();
  domain = await harness.domain('springfield');
});
afterAll(async () => harness.close());

const save = async (cookie: string, name: string, query: string) =>
  harness.request('POST', '/api/v1/me/views', { cookie, body: { name, query } });
const list = async (cookie: string) => viewList.parse((await harness.request('GET', '/api/v1/me/views', { cookie })).json).items;

test('[A4] a view is one’s own: kept by its name, and nobody else’s to see or delete', async () => {
  const other = await new Crew(harness).person(domain, 'clerk', { tags: ['north'] });
  await save(domain.cookie, 'North, silent', 'tag=north');
  await save(domain.cookie, 'All', '');
  await save(domain.cookie, 'North, silent', 'tag=north&silent=before-7d');
  const [all, north] = await list(domain.cookie);
  expect([all?.name, north]).toMatchObject(['All', { name: 'North, silent', query: 'tag=north&silent=before-7d' }]);
  expect(await list(other.cookie)).toEqual([]);
  const url = `/api/v1/me/views/${north?.id}`;
  expect((await harness.request('DELETE', url, { cookie: other.cookie, body: {} })).status).toBe(404);
  expect((await harness.request('DELETE', url, { cookie: domain.cookie, body: {} })).status).toBe(204);
  expect((await harness.request('DELETE', url, { cookie: domain.cookie, body: {} })).status).toBe(404);
  expect((await list(domain.cookie)).map(({ name }) => name)).toEqual(['All']);
});

test('[S4] a user has 50 views at most, with names and addresses of bounded length', async () => {
  const there = (await list(domain.cookie)).length;
  for (let n = there; n < MAX_VIEWS; n += 1) expect((await save(domain.cookie, `View ${n}`, `q=${n}`)).status).toBe(200);
  expect((await save(domain.cookie, 'One more', 'q=1')).json).toMatchObject({ code: 'conflict' });
  // Another query under a name that is there is no view more.
  expect((await save(domain.cookie, 'All', 'q=2')).status).toBe(200);
  for (const [name, query] of [
    ['', 'q=1'],
    ['x'.repeat(65), 'q=1'],
    ['x', `q=${'1'.repeat(1000)}`],
    ['x', 'q=é'],
  ] as const)
    expect((await save(domain.cookie, name, query)).status).toBe(400);
});
