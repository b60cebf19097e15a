import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { DevicePresence } from '../../../protocol/api-presence.ts';
import type { StatusChange } from '../rules/spans.ts';
import { openHarness, type Harness, type TestDomain } from '../../service/testing/harness.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
let harness: Harness;
let springfield: TestDomain;
beforeAll(async () => {
  harness = await openHarness();
  springfield = await harness.domain('springfield');
});
afterAll(async () => harness.close());

async function change(deviceId: string, { at: since, ...of }: StatusChange): Promise<void> {
  await harness.store.write('flushPresence', {
    now: since,
    rows: [],
    births: [],
    running: [],
    transitions: [{ deviceId, since, ...of }],
  });
}

async function presence(deviceId: string, query = ''): Promise<DevicePresence> {
  const answer = await harness.request('GET', `/api/v1/devices/${deviceId}/presence${query}`, { cookie: springfield.cookie });
  expect(answer.status).toBe(200);
  return answer.json as DevicePresence;
}

describe('GET /devices/:id/presence', () => {
  test('[P5] [P6] spans, days and uptime, of a device that was lost, was running, and came back', async () => {
    const start = harness.now;
    const id = await harness.device(springfield, 'S-1');
    await harness.store.write('noteRun', { startedAt: start, now: start + 2 * DAY_MS });
    await change(id, { at: start + HOUR_MS, status: 'online', how: null });
    await change(id, { at: start + 13 * HOUR_MS, status: 'offline', how: 'lost' });
    await change(id, { at: start + 16 * HOUR_MS, status: 'online', how: null });
    await harness.store.write('flushPresence', {
      now: start + 16 * HOUR_MS,
      rows: [],
      births: [],
      transitions: [],
      running: [{ deviceId: id, from: start + 14 * HOUR_MS, to: start + 16 * HOUR_MS }],
    });
    harness.now = start + DAY_MS;
    const now = await presence(id);
    const iso = (hour: number): string => new Date(start + hour * HOUR_MS).toISOString();
    expect(now.spans.map(({ from, status, how, running }) => [from, status, how, running])).toEqual([
      [iso(16), 'online', null, false],
      [iso(14), 'offline', 'lost', true],
      [iso(13), 'offline', 'lost', false],
      [iso(1), 'online', null, false],
      [iso(0), 'never', null, false],
    ]);
    expect(now).toMatchObject({ from: iso(0), to: iso(24), uptimePercent: Math.round((20 / 23) * 10_000) / 100 });
    expect(now.days.map(({ date, online, lost, running }) => [date, online / 3600, lost / 3600, running / 3600])).toEqual([
      ['2026-01-05', 11, 0, 0],
      ['2026-01-06', 9, 3, 2],
    ]);
    expect((await presence(id, '?timeZone=Etc/GMT%2B12')).days.map(({ date }) => date)).toEqual(['2026-01-05']);
    harness.now = start + 10 * DAY_MS;
    expect((await presence(id, '?days=3')).spans.map(({ status }) => status)).toEqual(['online']);
  });

  test('[P4] [P5] what the service did not see is unknown', async () => {
    const start = harness.now;
    const id = await harness.device(springfield, 'S-2');
    await harness.store.write('noteRun', { startedAt: start, now: start + HOUR_MS });
    await change(id, { at: start, status: 'online', how: null });
    await harness.store.write('noteRun', { startedAt: start + 3 * HOUR_MS, now: start + 4 * HOUR_MS });
    harness.now = start + 4 * HOUR_MS;
    expect((await presence(id)).spans.map(({ status }) => status)).toEqual(['online', 'unknown', 'online']);
  });

  test('[L7] [P5] a device that left keeps its history, which ends when it left', async () => {
    const id = await harness.device(springfield, 'S-3');
    await change(id, { at: harness.now, status: 'online', how: null });
    harness.now += HOUR_MS;
    await harness.request('DELETE', `/api/v1/devices/${id}`, { cookie: springfield.cookie, body: {} });
    const left = new Date(harness.now).toISOString();
    harness.now += DAY_MS;
    expect((await presence(id)).spans).toMatchObject([{ status: 'online', to: left }]);
  });

  test('a window that is none is refused', async () => {
    const id = await harness.device(springfield, 'S-4');
    for (const query of ['days=0', 'days=91', 'timeZone=Nowhere', 'timeZone=%2B01:00', 'days=x']) {
      const answer = await harness.request('GET', `/api/v1/devices/${id}/presence?${query}`, { cookie: springfield.cookie });
      expect([query, answer.status, (answer.json as { code: string }).code]).toEqual([query, 400, 'invalid-request']);
    }
  });
});

test('[P4] the counts say until when states settle, and nothing once they have', async () => {
  const counts = async (): Promise<Record<string, unknown>> =>
    (await harness.request('GET', '/api/v1/devices/counts', { cookie: springfield.cookie })).json as Record<string, unknown>;
  harness.presence.settlesAt = harness.now + 5000;
  expect((await counts())['settlesAt']).toBe(new Date(harness.now + 5000).toISOString());
  harness.presence.settlesAt = null;
  expect(Object.keys(await counts())).not.toContain('settlesAt');
});
