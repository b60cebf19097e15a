import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { launchChromium } from '../support/chromium.ts';
import { openRealStage } from './real-stage.ts';

let browser: Browser;
beforeAll(async () => {
  browser = await launchChromium();
}, 180_000);
afterAll(() => browser.close());

const file = (text: string) => ({ name: 'displays.csv', mimeType: 'text/csv', buffer: Buffer.from(text) });

test('labels and tags from a table: said first, then done; the export imports back unchanged', { timeout: 60_000 }, async () => {
  await using stage = await openRealStage(browser);
  const { harness, domain } = stage;
  for (const serial of ['SN-1', 'SN-2']) await harness.device(domain, serial);
  const page = await stage.window({ cookie: domain.cookie });
  await page.getByRole('link', { name: 'SN-1' }).waitFor();
  await page.getByRole('button', { name: 'Import CSV' }).click();
  const dialog = page.getByRole('dialog', { name: 'Labels and tags from a table' });
  const input = dialog.locator('input[type=file]');

  await input.setInputFiles(file('name,label\nx,y\n'));
  await dialog.getByText('The first line names no column “serial”.').waitFor();
  await input.setInputFiles(file('serial,label,tags\nSN-1,=Hall,"north, big"\nSN-2,,\nSN-9,Gym,\n,broken,\n'));
  await dialog.getByText('1 line cannot be read: 5').waitFor();
  await dialog.getByText('1 display is changed').waitFor();
  await dialog.getByText('1 waits for its display').waitFor();
  expect(harness.store.reader.all("SELECT 1 FROM devices WHERE label = '=Hall'")).toEqual([]);
  await dialog.getByRole('button', { name: 'Apply' }).click();
  await dialog.getByText('Done:').waitFor();
  await page.getByRole('link', { name: '=Hall' }).waitFor();
  await dialog.getByText('Label and tags of 1 display to come wait for it.').waitFor();

  const exported = await harness.request('GET', '/api/v1/devices.csv', { cookie: domain.cookie });
  await input.setInputFiles(file(exported.text));
  await dialog.getByText('2 are so already').waitFor();
  expect(await dialog.getByText(/changed/).count()).toBe(0);
  await dialog.getByRole('button', { name: 'Forget them' }).click();
  await dialog.getByText('to come wait for it').waitFor({ state: 'detached' });
  expect(stage.complaints).toEqual([]);
});
