import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { launchChromium } from '../support/chromium.ts';
import { openRealStage, type RealStage } from './real-stage.ts';

const HOUR_MS = 3_600_000;
let browser: Browser;
let stage: RealStage;
const ids: string[] = [];

async function born(deviceId: string, firmware: string, status: 'online' | 'late' = 'online'): Promise<void> {
  await stage.harness.store.write('flushPresence', {
    now: stage.harness.now,
    rows: [],
    births: [{ deviceId, agentVersion: '1.0.0', firmware }],
    running: [],
    transitions: [{ deviceId, status, since: stage.harness.now, how: null }],
  });
}

beforeAll(async () => {
  browser = await launchChromium();
  stage = await openRealStage(browser);
  for (let n = 0; n < 4; n += 1) ids.push(await stage.harness.device(stage.domain, `HALL-${n}`, 4000));
  const [first = '', second = '', third = ''] = ids;
  await born(first, '2.1.0');
  await born(second, '2.1.0');
  await born(third, '2.0.4', 'late');
});
afterAll(async () => {
  await stage[Symbol.asyncDispose]();
  await browser.close();
});

test('[P1] Overview says how many there are of each model and firmware, live, and each number opens its list', async () => {
  const page = await stage.window({ cookie: stage.domain.cookie, path: '/overview' });
  const row = page.getByRole('listitem').filter({ hasText: '2.1.0' });
  await row.getByText('2 online').waitFor();
  expect(await row.textContent()).toBe('2.1.02 · 2 online');
  await born(ids[2] ?? '', '2.1.0', 'online');
  await row.getByText('3 online').waitFor();
  await row.getByRole('link', { name: '3 online' }).click();
  await page.waitForURL('**/devices?status=online&firmware=2.1.0');
  await page.locator('.rc-devices .rc-row-link').nth(2).waitFor();
  expect(await page.locator('.rc-devices .rc-row-link').count()).toBe(3);

  const french = await stage.window({ cookie: stage.domain.cookie, path: '/overview', language: 'fr-FR', width: 390 });
  await french.getByRole('heading', { name: 'Par micrologiciel' }).waitFor();
  await french.getByText('Non précisé').waitFor();
  await french.getByRole('link', { name: 'MX-65' }).waitFor();
  expect(await french.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(390);
  expect(stage.complaints).toEqual([]);
});

test('[P1] a device shows what it reported by the hour, as charts and as text', async () => {
  const { harness, domain } = stage;
  const [, id = ''] = ids;
  const start = harness.now;
  for (let hour = 0; hour < 12; hour += 1) {
    harness.now = start + hour * HOUR_MS;
    const health = { cpuPercent: 10 + hour, memoryPercent: 40, diskPercent: 70, temperatureC: 38 + hour / 2 };
    if (hour !== 5) harness.presence.heard(id, { connected: true, lastHeartbeatAt: harness.now, health });
  }
  const cookie = await harness.signIn(`admin@${domain.name}`);
  const page = await stage.window({ cookie, path: `/devices?device=${id}` });
  const drawer = page.getByRole('dialog', { name: 'Device' });
  await drawer
    .getByRole('img', {
      name: /^Hour by hour over the last 24 hours\. Latest: \d\d:\d\d, Processor 21 %, Memory 40 %, Disk 70 %\.$/,
    })
    .waitFor();
  await drawer.getByRole('img', { name: /Temperature 44 °C/ }).waitFor();
  await drawer.getByRole('img', { name: /Heartbeats per hour 1\.$/ }).waitFor();
  const asText = drawer.locator('.rc-chart details').first();
  await asText.locator('summary').click();
  expect(await asText.getByRole('listitem').count()).toBe(11);

  const [, , third = ''] = ids;
  const french = await stage.window({ cookie, path: `/devices?device=${third}`, language: 'fr-FR', width: 390 });
  await french.getByRole('heading', { name: '24 dernières heures' }).waitFor();
  await french.getByText('Rien de signalé pour le moment.').waitFor();
  await french.goto(`${stage.url}/devices?device=${id}`);
  await french.getByRole('img', { name: /Processeur 21 %, Mémoire 40 %, Disque 70 %/ }).waitFor();
  expect(await french.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(390);
  expect(stage.complaints).toEqual([]);
});
