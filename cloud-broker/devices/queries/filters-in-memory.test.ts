import { afterAll, beforeAll, expect, test } from 'vitest';
import type { DevicesPage } from '../../../protocol/api.ts';
import { openHarness, type Harness, type TestDomain } from '../../service/testing/harness.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
let harness: Harness;
let domain: TestDomain;
/** Enrolled ten, three and no days ago; by the end the first is offline for nine days, the second for an hour. */
const ids: Record<'old' | 'middle' | 'young', string> = { old: '', middle: '', young: '' };

beforeAll(async () => {
  harness = await openHarness();
  domain = await harness.domain('springfield');
  const later = (days: number): void => {
    harness.now += days * DAY_MS;
  };
  ids.old = await harness.device(domain, 'SERIAL-OLD', 1);
  later(1);
  await becomes(ids.old, 'offline');
  later(6);
  ids.middle = await harness.device(domain, 'SERIAL-MIDDLE', 2);
  later(3);
  await becomes(ids.middle, 'offline');
  harness.now += HOUR_MS;
  ids.young = await harness.device(domain, 'SERIAL-YOUNG', 3);
  await becomes(ids.young, 'online');
});
afterAll(async () => harness.close());

async function becomes(deviceId: string, status: 'online' | 'offline'): Promise<void> {
  const how = status === 'offline' ? ('lost' as const) : null;
  const transitions = [{ deviceId, status, since: harness.now, how }];
  await harness.store.write('flushPresence', { now: harness.now, rows: [], births: [], running: [], transitions });
}

async function list(query: string, cookie = domain.cookie): Promise<string[]> {
  const page = (await harness.request('GET', `/api/v1/devices?${query}`, { cookie })).json as DevicesPage;
  expect(page.total).toBe(page.items.length);
  return page.items.map(({ id }) => id);
}

test('[P2] silent and enrolled are filtered by how long ago, and follow what becomes of a device', async () => {
  expect(await list('silent=before-7d')).toEqual([ids.old]);
  expect(await list('silent=within-24h')).toEqual([ids.middle]);
  expect(new Set(await list('silent=within-30d'))).toEqual(new Set([ids.old, ids.middle]));
  expect(await list('silent=within-30d&status=online')).toEqual([]);
  expect(await list('enrolled=within-1h')).toEqual([ids.young]);
  expect(await list('enrolled=before-5d')).toEqual([ids.old]);
  expect(await list('enrolled=before-2d&silent=within-24h&sort=-since')).toEqual([ids.middle]);
  await becomes(ids.old, 'online');
  expect(await list('silent=before-7d')).toEqual([]);
  harness.now += 8 * DAY_MS;
  expect(await list('silent=before-7d')).toEqual([ids.middle]);
  expect(await list('enrolled=within-1h')).toEqual([]);
});

test('[P2] what comes and goes is filtered as presence says it at that moment', async () => {
  const live = { connected: true, lastHeartbeatAt: null, health: null };
  harness.presence.heard(ids.young, { ...live, flapping: true });
  harness.presence.heard('d-of-nobody', { ...live, flapping: true });
  expect(await list('unstable=true')).toEqual([ids.young]);
  expect(await list('unstable=true&q=old')).toEqual([]);
  harness.presence.heard(ids.young, { ...live, flapping: false });
  expect(await list('unstable=true')).toEqual([]);
});

test('[A4] neither filter finds anything of another domain', async () => {
  const other = await harness.domain('shelbyville');
  harness.presence.heard(ids.young, { connected: true, lastHeartbeatAt: null, health: null, flapping: true });
  for (const query of ['unstable=true', 'silent=within-30d', 'enrolled=within-30d'])
    expect(await list(query, other.cookie)).toEqual([]);
});

test('[S4] an age that is none is refused with its field', async () => {
  for (const query of ['silent=7d', 'enrolled=before-0d', 'unstable=maybe']) {
    const refused = await harness.request('GET', `/api/v1/devices?${query}`, { cookie: domain.cookie });
    expect([refused.status, (refused.json as { code: string }).code]).toEqual([400, 'invalid-request']);
  }
});
