import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { launchChromium } from '../support/chromium.ts';
import { openRealStage, type RealStage } from './real-stage.ts';

const DAY_MS = 86_400_000;
let browser: Browser;
let stage: RealStage;
const ids: string[] = [];

async function becomes(deviceIds: readonly string[], status: 'online' | 'offline'): Promise<void> {
  const { harness } = stage;
  const how = status === 'offline' ? ('said' as const) : null;
  const transitions = deviceIds.map((deviceId) => ({ deviceId, status, since: harness.now, how }));
  await harness.store.write('flushPresence', { now: harness.now, rows: [], births: [], running: [], transitions });
}

/** Eight displays, three of them tagged north and silent for a week, one that comes and goes, one that waits; credits for 20 days. */
beforeAll(async () => {
  browser = await launchChromium();
  stage = await openRealStage(browser);
  const { harness, domain } = stage;
  const now = harness.now;
  harness.now -= 8 * DAY_MS;
  for (let n = 0; n < 8; n += 1) ids.push(await harness.device(domain, `HALL-${n}`, 20));
  const { cookie } = domain;
  for (const id of ids.slice(0, 3))
    await harness.request('PATCH', `/api/v1/devices/${id}`, { cookie, body: { tags: ['north'] } });
  await becomes(ids, 'online');
  await becomes(ids.slice(0, 3), 'offline');
  harness.now = now;
  harness.presence.heard(ids[7] ?? '', { connected: true, lastHeartbeatAt: null, health: null, flapping: true });
  await harness.enrol(domain, 'unlisted-1');
});
afterAll(async () => {
  await stage[Symbol.asyncDispose]();
  await browser.close();
});

test('[P7] Overview says by harm what needs attention, and each line opens the list that it counts', async () => {
  const cookie = await stage.harness.signIn('admin@springfield');
  const page = await stage.window({ cookie, path: '/overview' });
  const lines = page.locator('.rc-attention > li');
  await lines.nth(4).waitFor();
  expect(await lines.allTextContents()).toEqual([
    'Credits for 20 more days',
    '1 display is waiting for approval',
    'north: all 3 displays are offline',
    '3 displays silent for over a week',
    '1 display comes and goes',
  ]);
  const opened = async (name: string): Promise<[string, string[]]> => {
    await page.getByRole('link', { name }).click();
    await page.locator('.rc-devices .rc-row-link').first().waitFor();
    const found: [string, string[]] = [
      new URL(page.url()).search,
      await page.locator('.rc-devices .rc-row-link').allTextContents(),
    ];
    await page.goBack();
    return found;
  };
  const north = ['HALL-0', 'HALL-1', 'HALL-2'];
  expect(await opened('north: all 3')).toEqual(['?status=offline&tag=north', north]);
  expect(await opened('3 displays silent')).toEqual(['?silent=before-7d', north]);
  expect(await opened('1 display comes')).toEqual(['?unstable=true', ['HALL-7']]);
  await becomes(ids.slice(0, 3), 'online');
  await lines.nth(3).waitFor({ state: 'detached' });
  expect(await lines.count()).toBe(3);
  expect(stage.complaints).toEqual([]);
});

test('[D6] a user with tags is told of their displays, and why nothing is drawn over time', async () => {
  const { cookie } = await stage.crew.person(stage.domain, 'clerk', { tags: ['south'] });
  const page = await stage.window({ cookie, path: '/overview', language: 'fr-FR', width: 390 });
  await page.getByText('est réservé aux utilisateurs qui voient tout le domaine').waitFor();
  await page.getByText('Rien ne requiert votre attention.').waitFor();
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(390);
  expect(stage.complaints).toEqual([]);
});

test('what could not be read is not called calm', async () => {
  const { cookie } = await stage.crew.person(stage.domain, 'calm-clerk', { tags: ['south'] });
  const page = await stage.window({ cookie, path: '/account' });
  const refusal = { code: 'internal', message: 'The service encountered an error.', correlationId: 'AAAAA-BBBBB' };
  // What the page asks by itself, when something happens, fails until somebody has clicked.
  const isClicked = () => page.evaluate(() => document.body.dataset['clicked'] !== undefined);
  await page.route('**/api/v1/overview/attention', async (route) =>
    (await isClicked()) ? route.continue() : route.fulfill({ status: 500, json: refusal }),
  );
  await page.goto(`${stage.url}/overview`);
  await page.getByText('AAAAA-BBBBB').waitFor();
  expect(await page.getByText('Nothing needs your attention.').count()).toBe(0);
  await page.evaluate(() => document.addEventListener('click', () => (document.body.dataset['clicked'] = ''), true));
  await page.getByRole('button', { name: 'Retry' }).click();
  await page.getByText('Nothing needs your attention.').waitFor();
});
