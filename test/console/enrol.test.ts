import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { launchChromium } from '../support/chromium.ts';
import { openRealStage } from './real-stage.ts';

let browser: Browser;
beforeAll(async () => {
  browser = await launchChromium();
});
afterAll(() => browser.close());

test('[D7] the installer’s sheet has domain and pairing code from the fragment alone, which the service never sees', async () => {
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
  await broken.getByText('This address is incomplete').waitFor();
  expect(stage.complaints).toEqual([]);
});

test('[E11] a try that was refused before anybody looked is there, by the reference that the display shows', async () => {
  await using stage = await openRealStage(browser);
  const { harness, domain } = stage;
  const refuse = async (correlationId: string): Promise<void> => {
    const made = { now: harness.now, domain: domain.name, serial: 'SN-7', model: 'MX-65', address: '192.0.2.9', correlationId };
    await harness.store.write('noteRefusal', { ...made, code: 'pairing-code-wrong' });
  };
  await refuse('AAAAA-00001');
  const page = await stage.window({ cookie: domain.cookie, path: '/enrol' });
  await page.getByText('Enrolment of SN-7 (MX-65) refused.').waitFor();
  await page.getByText('AAAAA-00001').waitFor();
  const read = Promise.withResolvers<void>();
  await page.route('**/enrolments/refused*', async (route) => {
    await read.promise;
    await route.continue();
  });
  await refuse('AAAAA-00002');
  // Seen as it happens, and not a second time below, also before the list is read again.
  await page.getByText('AAAAA-00002').waitFor();
  expect(await page.getByText('Enrolment of SN-7').count()).toBe(1);
  read.resolve();
  await page.reload();
  await page.getByText('2 times.').waitFor();

  await page.goto(`${stage.url}/audit`);
  await page.getByRole('searchbox').fill('aaaaa-00002');
  await page.getByText('AAAAA-00002').waitFor();
  await page.getByRole('searchbox').fill('aaaaa-99999');
  await page.getByText('AAAAA-00002').waitFor({ state: 'detached' });
  expect(stage.complaints).toEqual([]);
});

test('[E11] a device says how it came in, step by step, and what certificate it has', async () => {
  await using stage = await openRealStage(browser);
  const { harness, domain } = stage;
  const key = 'a5'.repeat(32);
  const { deviceId } = await harness.enrol(domain, 'SN-8', key);
  const page = await stage.window({ cookie: domain.cookie, path: `/devices?device=${deviceId}` });
  const steps = page.getByRole('dialog').locator('section').filter({ hasText: 'Enrolment' }).locator('ol > li');
  await steps.first().waitFor();
  expect(await steps.allTextContents()).toEqual([expect.stringMatching(/^Waiting for approval .*TEST0-TEST0/)]);
  await page.getByText('No certificate').waitFor();
  await harness.request('POST', `/api/v1/devices/${deviceId}/approve`, { cookie: domain.cookie, body: {} });
  await steps.filter({ hasText: 'Approved by admin@springfield' }).waitFor();
  // The display asks again, and gets its certificate.
  await harness.enrol(domain, 'SN-8', key);
  await page.reload();
  await steps.filter({ hasText: 'Certificate issued' }).waitFor();
  await page.getByText('until the display is unenrolled').waitFor();
  await harness.enrol(domain, 'SN-8', key);
  const french = await stage.window({
    cookie: domain.cookie,
    path: `/devices?device=${deviceId}`,
    language: 'fr-FR',
    width: 390,
  });
  await french.getByText('Certificat renouvelé').waitFor();
  await french.getByText('Empreinte SHA-256').waitFor();
  expect(await french.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(390);
  expect(stage.complaints).toEqual([]);
});
