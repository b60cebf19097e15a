import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { OverTime } from '../../protocol/api-overview.ts';
import { openHarness, type Harness, type TestDomain } from '../service/testing/harness.ts';
import { Crew } from '../service/testing/users.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
let harness: Harness;
let crew: Crew;
let springfield: TestDomain;
beforeAll(async () => {
  harness = await openHarness();
  crew = new Crew(harness);
  springfield = await harness.domain('springfield');
  await harness.domain('shelbyville');
});
afterAll(async () => harness.close());

async function sample(): Promise<void> {
  for (let after: number | null = 0; after !== null;)
    after = await harness.store.write('samplePresence', { now: harness.now, after });
}

async function change(deviceId: string, status: 'online' | 'late'): Promise<void> {
  const transitions = [{ deviceId, status, since: harness.now, how: null }];
  await harness.store.write('flushPresence', { now: harness.now, rows: [], births: [], running: [], transitions });
}

async function overTime(days = 7): Promise<OverTime> {
  const answer = await harness.request('GET', `/api/v1/overview/presence?days=${days}`, { cookie: springfield.cookie });
  expect(answer.status).toBe(200);
  return answer.json as OverTime;
}

const brief = ({ samples }: OverTime): unknown[] => samples.map(({ online, late, never }) => [online, late, never]);

describe('how many devices were what', () => {
  test('[P5] is noted by the hour where it changed, of each domain by itself', async () => {
    await sample();
    expect((await overTime()).samples).toEqual([]);
    const id = await harness.device(springfield, 'S-1');
    await sample();
    harness.now += HOUR_MS;
    await sample();
    await change(id, 'online');
    harness.now += HOUR_MS;
    await sample();
    expect(brief(await overTime())).toEqual([
      [0, 0, 1],
      [1, 0, 0],
    ]);
    expect(await harness.store.reader.all('SELECT DISTINCT domain_id AS id FROM presence_samples')).toEqual([
      { id: springfield.id },
    ]);
  });

  test('[P5] begins with what was when the window began, and goes after 90 days but for the last before them', async () => {
    harness.now += 3 * DAY_MS;
    expect(brief(await overTime(1))).toEqual([[1, 0, 0]]);
    const [device] = await harness.store.reader.all<{ id: string }>('SELECT id FROM devices');
    await change(device?.id ?? '', 'late');
    await sample();
    harness.now += 91 * DAY_MS;
    await sample();
    expect(brief(await overTime(90))).toEqual([[0, 1, 0]]);
  });

  test('[P4] of the time that the service was away nothing is said', async () => {
    const start = harness.now;
    await harness.store.write('noteRun', { startedAt: start, now: start + HOUR_MS });
    await harness.store.write('noteRun', { startedAt: start + 3 * HOUR_MS, now: start + 3 * HOUR_MS });
    harness.now = start + 4 * HOUR_MS;
    const iso = (hour: number): string => new Date(start + hour * HOUR_MS).toISOString();
    // Signed in anew: a session does not last that long.
    springfield = { ...springfield, cookie: await harness.signIn('admin@springfield') };
    expect((await overTime()).away).toEqual([{ from: iso(1), to: iso(3) }]);
  });

  test('[D6] is of the whole domain, so it is closed to a user with tags', async () => {
    const { cookie } = await crew.person(springfield, 'clerk', { tags: ['north'] });
    expect((await crew.call(cookie, 'GET', '/overview/presence')).status).toBe(403);
  });
});

test('[L8] the balance at the end of each day, by the transfers', async () => {
  const other = await harness.domain('ogdenville');
  const start = Math.floor(harness.now / DAY_MS) * DAY_MS + 12 * HOUR_MS;
  harness.now = start;
  const balance = async (): Promise<number[]> => {
    const { json } = await harness.request('GET', '/api/v1/billing/balance?days=4', { cookie: other.cookie });
    return (json as { points: { balance: number }[] }).points.map((point) => point.balance);
  };
  expect(await balance()).toEqual([0, 0, 0, 0]);
  await harness.device(other, 'O-1', 100);
  harness.now = start + DAY_MS;
  await harness.device(other, 'O-2', 30);
  await harness.device(other, 'O-3', 20);
  expect(await balance()).toEqual([0, 0, 100, 150]);
  harness.now = start + 3 * DAY_MS;
  const cookie = await harness.signIn('admin@ogdenville');
  const { json } = await harness.request('GET', '/api/v1/billing/balance?days=5', { cookie });
  expect(
    (json as { points: { at: string; balance: number }[] }).points.map((point) => [point.at.slice(0, 10), point.balance]),
  ).toEqual([
    [new Date(start).toISOString().slice(0, 10), 0],
    [new Date(start + DAY_MS).toISOString().slice(0, 10), 100],
    [new Date(start + 2 * DAY_MS).toISOString().slice(0, 10), 150],
    [new Date(start + 3 * DAY_MS).toISOString().slice(0, 10), 150],
    [new Date(start + 3 * DAY_MS).toISOString().slice(0, 10), 150],
  ]);
});
