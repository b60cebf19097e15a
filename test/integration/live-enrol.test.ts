import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { builtConsole } from '../console/built-console.ts';
import { launchChromium } from '../support/chromium.ts';
import { newDisplay } from '../support/display.ts';
import { CREDITS, passwordOf, TestService } from '../support/service.ts';

let browser: Browser;
beforeAll(async () => {
  await builtConsole();
  browser = await launchChromium();
});
afterAll(() => browser.close());

async function signedIn(service: TestService, path: string, locale: string): Promise<Page> {
  const context = await browser.newContext({ locale, viewport: { width: 1280, height: 900 } });
  context.setDefaultTimeout(120_000);
  const page = await context.newPage();
  await page.goto(service.http);
  await page.getByRole('textbox').first().fill('admin@springfield');
  await page.locator('input[type=password]').fill(passwordOf('springfield'));
  await page.keyboard.press('Enter');
  await page.getByRole('banner').waitFor();
  await page.goto(`${service.http}${path}`);
  return page;
}

test('[E2] [E11] a real agent enrols while an admin looks: success, waiting and refusal appear by themselves', async () => {
  const service = await TestService.start();
  const admin = await service.domain('springfield');
  await service.list([{ board: 'hall' }, { board: 'gym,wrongkey' }]);
  const page = await signedIn(service, '/enrol', 'en-GB');
  const devices = await signedIn(service, '/devices', 'fr-FR');
  await page.getByText('Waiting for your display…').waitFor();
  const loads = await page.evaluate(() => performance.timeOrigin);

  await newDisplay(service, 'hall').run(['enroll', '--domain', 'springfield']);
  await page.getByText(`enrolled, +${CREDITS.toLocaleString('en')} credits`).waitFor();
  await page.getByRole('link', { name: 'SIM-HALL' }).waitFor();
  await devices.getByRole('link', { name: 'SIM-HALL' }).waitFor();

  await newDisplay(service, 'gym,wrongkey').run(['enroll', '--domain', 'springfield']);
  await page.getByText('Enrolment of SIM-GYM').waitFor();

  const attic = newDisplay(service, 'attic');
  const { json } = await attic.run(['enroll', '--domain', 'springfield']);
  expect(json).toMatchObject({ outcome: 'pending' });
  await page.getByText(String(json['checkCode'])).waitFor();
  await page.getByRole('button', { name: 'Approve' }).click();
  await devices.getByRole('link', { name: 'SIM-ATTIC' }).waitFor();
  expect(await page.evaluate(() => performance.timeOrigin)).toBe(loads);
  expect(await admin.devices()).toHaveLength(2);
});
