import { afterAll, beforeAll, expect, test } from 'vitest';
import { deviceEnrolment, refusedPage } from '../../../protocol/api-enrolment.ts';
import { openHarness, type Harness, type TestDomain } from '../../service/testing/harness.ts';

const DAY_MS = 86_400_000;
let harness: Harness;
let domain: TestDomain;
let other: TestDomain;

beforeAll(async () => {
  harness = await openHarness();
  domain = await harness.domain('springfield');
  other = await harness.domain('shelbyville');
});
afterAll(async () => harness.close());

const refused = async (query = '', cookie = domain.cookie) =>
  refusedPage.parse((await harness.request('GET', `/api/v1/enrolments/refused${query}`, { cookie })).json);
const enrolment = async (id: string, cookie = domain.cookie) =>
  deviceEnrolment.parse((await harness.request('GET', `/api/v1/devices/${id}/enrolment`, { cookie })).json);

async function refuse(serial: string, code: 'proof-invalid' | 'busy', correlationId: string, to = 'springfield'): Promise<void> {
  harness.now += 1000;
  const made = { now: harness.now, domain: to, serial, model: 'MX-65', code, address: '192.0.2.9', correlationId };
  await harness.store.write('noteRefusal', made);
}

test('[E11] refused tries are there afterwards: one row a serial and code, found by serial and by the id on the display', async () => {
  await refuse('Room-1', 'proof-invalid', 'AAAAA-00001');
  await refuse('Room-2', 'proof-invalid', 'AAAAA-00002');
  await refuse('room-1', 'proof-invalid', 'AAAAA-00003');
  await refuse('ROOM-1', 'busy', 'AAAAA-00004');
  await refuse('theirs', 'busy', 'AAAAA-00005', 'shelbyville');
  await refuse('nobody’s', 'busy', 'AAAAA-00006', 'nowhere');
  const ids = async (query = ''): Promise<string[]> => (await refused(query)).items.map(({ correlationId }) => correlationId);
  expect(await ids()).toEqual(['AAAAA-00004', 'AAAAA-00003', 'AAAAA-00002']);
  expect((await refused()).items[1]).toMatchObject({ serial: 'Room-1', times: 2, code: 'proof-invalid', address: '192.0.2.9' });
  expect(await ids('?q=rOOm-1')).toEqual(['AAAAA-00004', 'AAAAA-00003']);
  expect(await ids('?q=aaaaa-00002')).toEqual(['AAAAA-00002']);
  const first = await refused('?limit=2');
  expect((await refused(`?limit=2&cursor=${first.nextCursor}`)).items.map(({ correlationId }) => correlationId)).toEqual([
    'AAAAA-00002',
  ]);
  expect((await refused('', other.cookie)).items.map(({ serial }) => serial)).toEqual(['theirs']);
});

test('[E11] a device says step by step how it came in, and which certificate it has', async () => {
  await refuse('HALL-1', 'proof-invalid', 'BBBBB-00001');
  harness.now += 1000;
  const key = 'a5'.repeat(32);
  const { deviceId: id } = await harness.enrol(domain, 'HALL-1', key);
  expect((await enrolment(id)).steps.map(({ what }) => what)).toEqual(['refused', 'waits']);
  expect((await enrolment(id)).certificate).toBe(null);
  harness.now += 1000;
  await harness.request('POST', `/api/v1/devices/${id}/approve`, { cookie: domain.cookie, body: {} });
  await harness.enrol(domain, 'HALL-1', key);
  harness.now += 1000;
  await harness.store.write('flushPresence', {
    now: harness.now,
    rows: [],
    births: [],
    running: [],
    transitions: [{ deviceId: id, status: 'online', since: harness.now, how: null }],
  });
  const { steps, certificate } = await enrolment(id);
  expect(steps.map(({ what, by }) => [what, by])).toEqual([
    ['refused', null],
    ['waits', null],
    ['enrolled', 'admin@springfield'],
    ['certificate', null],
    ['online', null],
  ]);
  expect(steps[0]).toMatchObject({ code: 'proof-invalid', times: 1, correlationId: 'BBBBB-00001', address: '192.0.2.9' });
  expect(steps[1]).toMatchObject({ code: 'awaiting-approval' });
  expect(steps[2]).toMatchObject({ granted: 0, correlationId: expect.stringMatching(/./) as string });
  expect(certificate).toMatchObject({ live: 1, issuedAt: steps[3]?.at });
  harness.now += DAY_MS;
  await harness.request('DELETE', `/api/v1/devices/${id}`, { cookie: domain.cookie, body: {} });
  const left = await enrolment(id);
  expect([left.steps.at(-1)?.what, left.certificate]).toEqual(['unenrolled', null]);
  const answer = await harness.request('GET', `/api/v1/devices/${id}/enrolment`, { cookie: other.cookie });
  expect(answer.status).toBe(404);
});

test('[E11] at most 1,000 refused tries are kept of a domain, and none longer than 30 days', async () => {
  const third = await harness.domain('capital');
  for (let n = 0; n < 1003; n += 1) await refuse(`S-${n}`, 'busy', `CCCCC-${n}`, 'capital');
  const count = async (): Promise<number | undefined> =>
    (await harness.store.reader.get<{ n: number }>('SELECT count(*) AS n FROM refused_tries WHERE domain_id = ?', third.id))?.n;
  expect(await count()).toBe(1000);
  expect((await refused('?limit=1', third.cookie)).items[0]?.serial).toBe('S-1002');
  await harness.store.write('prune', { now: harness.now + 31 * DAY_MS });
  expect(await count()).toBe(0);
});
