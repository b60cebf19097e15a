import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { launchChromium } from '../support/chromium.ts';
import { openRealStage } from './real-stage.ts';

let browser: Browser;
beforeAll(async () => {
  browser = await launchChromium();
}, 180_000);
afterAll(() => browser.close());

test(
  '[D7] the installer’s sheet has domain and pairing code from the fragment alone, which the service never sees',
  { timeout: 60_000 },
  async () => {
    await using stage = await openRealStage(browser);
    const { harness, domain } = stage;
    const made = await harness.request('POST', '/api/v1/domain/pairing-code', { cookie: domain.cookie, body: {} });
    const { code } = made.json as { code: string };
    const page = await stage.window({ cookie: domain.cookie, path: '/enrol' });
    await page.getByText(code, { exact: true }).waitFor();
    expect(await page.getByRole('img', { name: 'QR code that opens the installer’s sheet' }).count()).toBe(0);
    await page.getByRole('button', { name: 'Show a QR code for the installer' }).click();
    await page.getByRole('img', { name: 'QR code that opens the installer’s sheet' }).waitFor();
    const address = (await page.getByRole('link', { name: 'Open the sheet' }).getAttribute('href')) ?? '';
    expect(new URL(address).hash).toContain(encodeURIComponent(code));

    // On a phone of somebody who is not signed in.
    const phone = await stage.window({ path: address.slice(stage.url.length), language: 'fr-FR', width: 360 });
    await phone.getByRole('heading', { name: 'Inscrire cet écran' }).waitFor();
    for (const part of ['springfield', code]) await phone.getByText(part, { exact: true }).waitFor();
    expect(await phone.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(360);
    expect(harness.log.join('\n')).not.toContain(code);

    const broken = await stage.window({ path: '/install' });
    await broken.getByText('This address is not whole').waitFor();
    expect(stage.complaints).toEqual([]);
  },
);
