import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { launchChromium } from '../support/chromium.ts';
import { openRealStage } from './real-stage.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
let browser: Browser;
beforeAll(async () => {
  browser = await launchChromium();
});
afterAll(() => browser.close());

test('[P5] [P6] [P4] a device shows what it was in 90 days, and the list until when states settle', async () => {
  await using stage = await openRealStage(browser);
  const { harness, domain } = stage;
  const id = await harness.device(domain, 'HALL-1', 4000);
  const start = harness.now;
  const change = async (at: number, status: 'online' | 'late' | 'offline', how: 'said' | 'lost' | null = null): Promise<void> =>
    harness.store.write('flushPresence', {
      now: at,
      rows: [],
      births: [],
      running: [],
      transitions: [{ deviceId: id, status, since: at, how }],
    });
  await harness.store.write('noteRun', { startedAt: start, now: start + 40 * DAY_MS });
  await harness.store.write('noteRun', { startedAt: start + 41 * DAY_MS, now: start + 95 * DAY_MS });
  for (let day = 5; day < 95; day += 1) {
    await change(start + day * DAY_MS, 'online');
    await change(
      start + day * DAY_MS + 9 * HOUR_MS,
      day % 7 === 0 ? 'late' : 'offline',
      day % 7 === 0 ? null : day % 11 === 0 ? 'lost' : 'said',
    );
  }
  const end = start + 95 * DAY_MS;
  const running = [{ deviceId: id, from: end - 10 * HOUR_MS, to: end - HOUR_MS }];
  await harness.store.write('flushPresence', { now: end, rows: [], births: [], transitions: [], running });
  harness.now = end;
  harness.presence.settlesAt = end + 5 * 60_000;

  const cookie = await harness.signIn(`admin@${domain.name}`);
  const page = await stage.window({ cookie, path: `/devices?device=${id}` });
  const drawer = page.getByRole('dialog', { name: 'Device' });
  const strip = drawer.getByRole('img', {
    name: /^Presence by day, from .* \d{4} to .* \d{4}\. Online for [\d.]+% of the known time/,
  });
  await strip.waitFor();
  expect(await strip.locator('> span').count()).toBe(90);
  expect(await strip.locator('> span').nth(80).getAttribute('title')).toContain('Online: 9 hrs');
  const text = (await drawer.textContent()) ?? '';
  for (const part of ['Switched off', 'Running, but out of contact', 'Unknown: the service was not running'])
    expect(text).toContain(part);
  await page.getByText(/States settle by \d\d:\d\d/).waitFor();

  const french = await stage.window({ cookie, path: `/devices?device=${id}`, language: 'fr-FR', width: 390 });
  await french.getByText(/En ligne [\d,]+\s% du temps connu/).waitFor();
  expect(await french.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(390);
  harness.presence.settlesAt = null;
  await french.reload();
  await french.getByRole('dialog').waitFor();
  expect(await french.getByText('États fiables').count()).toBe(0);
  expect(stage.complaints).toEqual([]);
});

test('[P5] its days are those of the reader’s time zone, on both sides of the night in which the clocks are set', async () => {
  await using stage = await openRealStage(browser);
  const { harness, domain } = stage;
  const change = async (at: string, status: 'online' | 'offline'): Promise<void> =>
    harness.store.write('flushPresence', {
      now: Date.parse(at),
      rows: [],
      births: [],
      running: [],
      transitions: [{ deviceId: id, status, since: Date.parse(at), how: status === 'offline' ? 'said' : null }],
    });
  harness.now = Date.parse('2027-10-28T22:00Z');
  const id = await harness.device(domain, 'HALL-1', 4000);
  await harness.store.write('noteRun', { startedAt: harness.now, now: Date.parse('2027-11-03T12:00Z') });
  // The days of 30 and 31 October and of 1 November, from midnight to midnight in Paris.
  await change('2027-10-29T22:00Z', 'online');
  await change('2027-11-01T23:00Z', 'offline');
  harness.now = Date.parse('2027-11-03T12:00Z');
  const page = await stage.window({ cookie: await harness.signIn('admin@springfield'), path: '/account' });
  const devtools = await page.context().newCDPSession(page);
  await devtools.send('Emulation.setTimezoneOverride', { timezoneId: 'Europe/Paris' });
  await page.goto(`${stage.url}/devices?device=${id}`);
  const days = page.locator('.rc-strip > span');
  await days.first().waitFor();
  const titles = await days.evaluateAll((all) => all.map((one) => one.getAttribute('title') ?? ''));
  expect(titles.filter((title) => title.includes('Online'))).toEqual([
    '30 October 2027\nOnline: 1 day',
    '31 October 2027\nOnline: 1 day 1 hr',
    '1 November 2027\nOnline: 1 day',
  ]);
});
