import { gzipSync } from 'node:zlib';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { launchChromium } from '../support/chromium.ts';
import { builtConsole } from './built-console.ts';
import { measureContrast } from './contrast.ts';
import { bookingAt, deviceAt } from './mock-data.ts';
import { addressOf, openStage } from './stage.ts';

let browser: Browser;
beforeAll(async () => {
  browser = await launchChromium();
});
afterAll(() => browser.close());

describe('billing', () => {
  test('[L8] the user icon leads to Billing: headline figures and Billing History', async () => {
    await using stage = await openStage(browser, { devices: 17, held: 1095 });
    const { page } = stage;
    await page.getByRole('button', { name: 'User admin@springfield' }).click();
    await page.getByRole('menuitem', { name: 'Billing' }).click();
    await page.getByText(/^18,598 credits: until .* at 17 a day$/).waitFor();
    expect(addressOf(page)).toBe('/billing');
    const figures = await page.locator('.rc-figures').textContent();
    for (const part of [
      'StatusActive',
      'Devices enrolled17',
      'Credits available18,598',
      'Credits held1,095',
      'Used per day17',
      'Days left1,094',
    ]) {
      expect(figures).toContain(part);
    }
    const rows = await page.locator('.rc-history .rc-row').allTextContents();
    expect(rows[0]).toMatch(/Daily use −17\s*18,598the service/);
    expect(rows[1]).toMatch(/Enrolment Room 000116\+1,09518,615the display itself/);
    expect(stage.complaints).toEqual([]);
  });

  test('[L7] a row leads to the device that it was booked for; Back leads here again', async () => {
    await using stage = await openStage(browser, { devices: 3, path: '/billing' });
    const { page } = stage;
    await page.getByRole('link', { name: 'Room 000101' }).click();
    await page.getByRole('dialog').getByRole('heading', { name: 'Room 000101' }).waitFor();
    expect(addressOf(page)).toBe('/devices?device=d-000001');
    await page.goBack();
    await page.getByRole('heading', { name: 'Billing History' }).waitFor();
  });

  test('[L8] a booking appears by itself, once, with the balance after it', async () => {
    await using stage = await openStage(browser, { devices: 3, path: '/billing' });
    const { page, service } = stage;
    await page.getByText('3,282 credits', { exact: false }).waitFor();
    await expect.poll(() => service.streams).toBe(1);
    const row = { ...bookingAt(5, { ...deviceAt(9, Date.now()), label: 'Aula 9' }, Date.now()), balanceAfter: 4377 };
    service.state.history.unshift(row);
    service.push('billing', { row, balance: 4377 });
    service.push('billing', { row, balance: 4377 });
    await page.getByRole('link', { name: 'Aula 9' }).waitFor();
    await page.getByText('4,377 credits', { exact: false }).waitFor();
    expect(await page.getByRole('link', { name: 'Aula 9' }).count()).toBe(1);
  });

  test('a long history is fetched page by page', async () => {
    await using stage = await openStage(browser, { devices: 900, path: '/billing' });
    const { page, service } = stage;
    await page.getByText('Daily use').waitFor();
    for (let turn = 0; turn < 200 && (await page.getByRole('link', { name: 'Room 000100' }).count()) === 0; turn += 1) {
      await page.evaluate(() => window.scrollTo(0, document.body.scrollHeight));
      await page.evaluate(() => new Promise((resolve) => requestAnimationFrame(resolve)));
    }
    await page.getByRole('link', { name: 'Room 000100' }).waitFor();
    expect(await page.locator('.rc-row').count()).toBeLessThan(60);
    expect(
      service.asked.filter((call) => call.includes('/billing/history/folded?limit=100&cursor=')).length,
    ).toBeGreaterThanOrEqual(4);
  });

  test('[D6] without the Billing permission it says whom to ask', async () => {
    await using stage = await openStage(browser, {
      devices: 3,
      path: '/billing',
      before: (service) => {
        service.refuse('GET /billing', 403, 'forbidden');
        service.refuse('GET /billing/history', 403, 'forbidden');
      },
    });
    await stage.page.getByText('Ask an admin: marge.').first().waitFor();
    expect(await stage.page.getByRole('button', { name: 'Retry' }).count()).toBe(0);
  });

  test('in French, in the words of the help page', async () => {
    await using stage = await openStage(browser, { devices: 17, language: 'fr-FR' });
    const { page } = stage;
    await page.getByRole('heading', { name: 'Appareils', level: 1 }).waitFor();
    await page.getByRole('button', { name: 'Utilisateur admin@springfield' }).click();
    await page.getByRole('menuitem', { name: 'Facturation' }).click();
    await page.getByRole('heading', { name: 'Histoire de facturation' }).waitFor();
    await page.getByText(/^18\s598 crédits\s: jusqu’au \d{1,2} \S+ \d{4}, à 17 par jour$/).waitFor();
    expect(await page.title()).toBe('Facturation · Rollcall');
    expect(stage.complaints).toEqual([]);
  });
});

describe('every page', () => {
  for (const scheme of ['light', 'dark'] as const) {
    test(`keeps AA contrast in all its text, ${scheme}`, async () => {
      const paths = ['/', '/devices?device=d-000003', '/devices?panel=blocked', '/devices?status=pending', '/billing'];
      await using stage = await openStage(browser, { devices: 60, pending: 2, blocks: 2, scheme });
      const weak: string[] = [];
      for (const path of paths) {
        await stage.page.goto(`${stage.service.url}${path}`);
        await stage.page.locator('.rc-facts, .rc-row').first().waitFor();
        weak.push(...(await measureContrast(stage.page)).map((text) => `${path}: ${text}`));
      }
      await stage.service.stop();
      await stage.page.locator('.rc-lost').waitFor();
      weak.push(...(await measureContrast(stage.page)).map((text) => `lost: ${text}`));
      expect(weak).toEqual([]);
    });
  }

  test('does not scroll sideways on a phone, in either language', async () => {
    const widths = new Map<string, number>();
    for (const language of ['en-GB', 'fr-FR']) {
      await using stage = await openStage(browser, { devices: 30, pending: 2, blocks: 1, width: 390, language });
      for (const path of ['/', '/billing', '/devices?device=d-000003', '/enrol']) {
        await stage.page.goto(`${stage.service.url}${path}`);
        await stage.page.locator('.rc-facts, .rc-row').first().waitFor();
        widths.set(`${language} ${path}`, await stage.page.evaluate(() => document.documentElement.scrollWidth));
      }
    }
    expect([...widths].filter(([, width]) => width > 390)).toEqual([]);
  });

  test('is built of files of ours alone, none of them inline; the first page needs at most 250 KiB of gzipped scripts', async () => {
    const folder = await builtConsole();
    const page = await readFile(join(folder, 'index.html'), 'utf8');
    expect(page).not.toMatch(/<script(?![^>]*\ssrc="\/)|https?:\/\//);
    const first = [...page.matchAll(/(?:src|href)="(\/assets\/[^"]+\.js)"/g)].map((match) => match[1] ?? '');
    expect(first.length).toBeGreaterThan(0);
    const scripts = await Promise.all(first.map((name) => readFile(join(folder, name))));
    const bytes = scripts.reduce((sum, script) => sum + gzipSync(script).length, 0);
    expect(bytes).toBeLessThan(250 * 1024);
  });
});
