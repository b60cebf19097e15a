import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { paths } from '../../cloud-broker/console/app/address.ts';
import { launchChromium } from '../support/chromium.ts';
import { violations } from './axe.ts';
import { openRealStage, type RealStage } from './real-stage.ts';

let browser: Browser;
let stage: RealStage;
let device = '';
beforeAll(async () => {
  browser = await launchChromium();
  stage = await openRealStage(browser);
  const { harness, domain } = stage;
  for (let n = 0; n < 5; n += 1) device = await harness.device(domain, `HALL-${n}`, 400);
  await harness.enrol(domain, 'WAITS-1');
  const { deviceId: turnedAway } = await harness.enrol(domain, 'AWAY-1');
  await harness.request('POST', `/api/v1/devices/${turnedAway}/reject`, { cookie: domain.cookie, body: {} });
  await harness.store.write('flushPresence', {
    now: harness.now,
    rows: [],
    births: [],
    running: [],
    transitions: [{ deviceId: device, status: 'online', since: harness.now, how: null }],
  });
});
afterAll(async () => {
  await stage[Symbol.asyncDispose]();
  await browser.close();
});

describe('every page', () => {
  const addresses = [
    '/devices',
    '/devices?device=DEVICE',
    '/devices?status=pending',
    '/devices?q=nobody-is-called-this',
    '/devices?panel=blocked',
    ...Object.values(paths),
  ];
  for (const { language, scheme, width } of [
    { language: 'en-GB', scheme: 'light', width: 1280 },
    { language: 'fr-FR', scheme: 'dark', width: 390 },
  ] as const)
    test(`keeps WCAG 2.2 AA, and fits: ${language}, ${scheme}, ${width} px`, async () => {
      const page = await stage.window({ cookie: stage.domain.cookie, language, width });
      await page.emulateMedia({ colorScheme: scheme, reducedMotion: 'reduce' });
      const found: string[] = [];
      for (const address of addresses) {
        await page.goto(`${stage.url}${address.replace('DEVICE', device)}`);
        await page.getByRole('heading').first().waitFor();
        await page.waitForFunction(() => document.querySelector('[aria-busy=true]') === null);
        found.push(...(await violations(page)).map((violation) => `${address} ${violation}`));
        const wide = await page.evaluate(() => document.documentElement.scrollWidth);
        if (wide > width) found.push(`${address} is ${wide} px wide`);
      }
      expect(found).toEqual([]);
      expect(stage.complaints).toEqual([]);
    });
});
