import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { launchChromium } from '../support/chromium.ts';
import { openRealStage } from './real-stage.ts';

const DAY_MS = 86_400_000;
let browser: Browser;
beforeAll(async () => {
  browser = await launchChromium();
});
afterAll(() => browser.close());

test('[L7] a history row of an unenrolled device opens it: unenrolled, with its dates, and nothing to change; unenrolling closes its row', async () => {
  await using stage = await openRealStage(browser);
  const { harness, domain } = stage;
  const kept = await harness.device(domain, 'GONE-1', 40);
  await harness.request('PATCH', `/api/v1/devices/${kept}`, {
    cookie: domain.cookie,
    body: { label: 'Aula', tags: ['north'] },
  });
  await harness.device(domain, 'STAYS-1', 5);
  harness.now += 4 * DAY_MS;
  const page = await stage.window({ cookie: domain.cookie, path: `/devices?device=${kept}` });
  const drawer = page.getByRole('dialog', { name: 'Device' });
  await drawer.getByRole('button', { name: 'Unenrol' }).click();
  await page.getByRole('dialog', { name: 'Unenrol Aula?' }).getByRole('button', { name: 'Unenrol' }).click();
  await page.getByRole('link', { name: 'STAYS-1' }).waitFor();
  await page.getByRole('link', { name: 'Aula' }).waitFor({ state: 'detached' });

  await page.goto(`${stage.url}/billing`);
  await page.getByRole('link', { name: 'Aula' }).click();
  await drawer.getByRole('heading', { name: 'Aula' }).waitFor();
  const text = await drawer.textContent();
  for (const part of ['Unenrolled', 'GONE-1', 'north', '40']) expect(text).toContain(part);
  expect(text).not.toContain('Offline');
  expect(await drawer.getByRole('textbox').count()).toBe(0);
  expect(await drawer.getByRole('button').allTextContents()).toEqual(['']);

  const french = await stage.window({ cookie: domain.cookie, path: `/devices?device=${kept}`, language: 'fr-FR', width: 390 });
  await french.getByRole('dialog').getByText('Désinscrit').first().waitFor();
  expect(stage.complaints).toEqual([]);
});
