import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { launchChromium } from '../support/chromium.ts';
import { labelsOf, openStage } from './stage.ts';

let browser: Browser;
beforeAll(async () => {
  browser = await launchChromium();
});
afterAll(async () => browser.close());

test('60 updates a second are all shown, and no row is dropped or moves meanwhile', async () => {
  await using stage = await openStage(browser, { devices: 1000, path: '/devices?status=online' });
  const { page, service } = stage;
  await page.locator('.rc-devices .rc-row-link').nth(4).waitFor();
  await page.mouse.move(640, 700);
  const before = await labelsOf(page);
  const devices = [...service.state.devices.values()].filter(({ label }) => before.slice(0, 8).includes(label));
  const last = new Map<string, string>();
  await page.evaluate(() => {
    const drawn = (): string[] => [...document.querySelectorAll('.rc-devices .rc-row-link')].map((row) => row.textContent ?? '');
    const start = drawn().join();
    const seen = { moved: 0 };
    Object.assign(window, { seen });
    new MutationObserver(() => {
      if (drawn().join() !== start) seen.moved += 1;
    }).observe(document.body, { childList: true, subtree: true, characterData: true });
  });
  for (let n = 0; n < 300; n += 1) {
    const device = devices[n % devices.length];
    if (device === undefined) throw new Error('no device');
    const firmware = `9.${n}`;
    last.set(device.label, firmware);
    service.push('device', { device: { ...device, firmware, status: n % 3 === 0 ? 'late' : 'online' } });
    await page.evaluate(() => new Promise((resolve) => requestAnimationFrame(resolve)));
  }
  for (const [label, firmware] of last)
    await page
      .getByRole('row')
      .filter({ has: page.getByRole('link', { name: label, exact: true }) })
      .getByText(firmware, { exact: true })
      .waitFor();
  expect(await page.evaluate(() => (window as unknown as { seen: { moved: number } }).seen.moved)).toBe(0);
  expect(last.size).toBe(8);
  expect(await labelsOf(page)).toEqual(before);
  expect(stage.complaints).toEqual([]);
});
