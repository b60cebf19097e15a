import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { launchChromium } from '../support/chromium.ts';
import { addressOf, labelsOf, openStage } from './stage.ts';

let browser: Browser;
beforeAll(async () => {
  browser = await launchChromium();
});
afterAll(() => browser.close());

const search = (page: Page) => page.getByRole('searchbox', { name: 'Search label, serial or model' });
const chip = (page: Page, name: string) => page.getByRole('navigation', { name: 'Filter by status' }).getByRole('link', { name });

describe('the list of devices', () => {
  test('an empty domain says what will be here and the command for it', async () => {
    await using stage = await openStage(browser, { devices: 0 });
    await stage.page.getByText('No devices yet').waitFor();
    expect(await stage.page.locator('main').textContent()).toContain(
      `ROLLCALL_URL=${stage.service.url} node rollcall-agent.cjs enroll --domain springfield`,
    );
    expect(stage.complaints).toEqual([]);
  });

  test('search and filters are in the address; Back restores the view before them', async () => {
    await using stage = await openStage(browser, { devices: 100 });
    const { page } = stage;
    await chip(page, 'Offline').click();
    await page.getByRole('link', { name: 'Room 000103' }).waitFor();
    expect(addressOf(page)).toBe('/devices?status=offline');
    await search(page).pressSequentially('000139', { delay: 120 });
    await page.getByText('1 device found').waitFor();
    expect(addressOf(page)).toBe('/devices?status=offline&q=000139');
    expect(await labelsOf(page)).toEqual(['Room 000139']);

    await page.goBack();
    await page.getByRole('link', { name: 'Room 000103' }).waitFor();
    expect(addressOf(page)).toBe('/devices?status=offline');
    expect(await search(page).inputValue()).toBe('');
    await page.goBack();
    await page.getByRole('link', { name: 'Library 000102' }).waitFor();
    expect(addressOf(page)).toBe('/');
  });

  test('no match offers to clear the filters', async () => {
    await using stage = await openStage(browser, { devices: 10, path: '/devices?q=nothing+like+it' });
    await stage.page.getByText('No device matches these filters').waitFor();
    await stage.page.getByRole('button', { name: 'Clear filters' }).click();
    await stage.page.getByRole('link', { name: 'Room 000100' }).waitFor();
    expect(addressOf(stage.page)).toBe('/devices');
    expect(await search(stage.page).inputValue()).toBe('');
  });

  test('each count is the total of the list that it opens', async () => {
    await using stage = await openStage(browser, { devices: 250, pending: 2 });
    const { page } = stage;
    for (const [name, count] of [
      ['All', 252],
      ['Online', 220],
      ['Late', 5],
      ['Offline', 20],
      ['Never heard', 5],
    ] as const) {
      await chip(page, name)
        .filter({ hasText: String(count) })
        .click();
      await expect.poll(() => page.getByRole('table').getAttribute('aria-rowcount')).toBe(String(count + 1));
    }
  });

  test('100,000 devices: pages come as they are scrolled to, and few rows are drawn', async () => {
    await using stage = await openStage(browser, { devices: 100_000, width: 1000 });
    const { page, service } = stage;
    await page.getByRole('link', { name: 'Library 000102' }).waitFor();
    const pagesAsked = (): number => service.asked.filter((call) => call.startsWith('GET /devices?')).length;
    const before = pagesAsked();
    for (let turn = 0; turn < 200 && pagesAsked() < before + 4; turn += 1) {
      await page.evaluate(() => window.scrollTo(0, document.body.scrollHeight));
      await page.evaluate(() => new Promise((resolve) => requestAnimationFrame(resolve)));
    }
    expect(pagesAsked()).toBeGreaterThanOrEqual(before + 4);
    expect(await page.locator('.rc-row').count()).toBeLessThan(60);
  });

  test('[E11] a list that cannot be read says so with next step, id and Retry; the rest of the page stays', async () => {
    await using stage = await openStage(browser, {
      devices: 5,
      before: (service) => service.refuse('GET /devices', 500, 'internal'),
    });
    const { page, service } = stage;
    const alert = page.getByRole('alert');
    await alert.getByText('The service encountered an error.').waitFor();
    expect(await alert.textContent()).toContain('7Q2M-K4TD');
    await chip(page, 'Online').filter({ hasText: '4' }).waitFor();
    service.accept('GET /devices');
    await alert.getByRole('button', { name: 'Retry' }).click();
    await page.getByRole('link', { name: 'Room 000100' }).waitFor();
  });

  test('the keyboard walks the rows and opens a device', async () => {
    await using stage = await openStage(browser, { devices: 60 });
    const { page } = stage;
    await page.getByRole('link', { name: 'Library 000102' }).focus();
    await page.keyboard.press('ArrowDown');
    await page.waitForFunction(() => document.activeElement?.textContent === 'Library 000106');
    await page.keyboard.press('Enter');
    await page.getByRole('dialog').getByRole('heading', { name: 'Library 000106' }).waitFor();
    expect(addressOf(page)).toBe('/devices?device=d-000006');
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    expect(addressOf(page)).toBe('/');
  });
});

describe('one device', () => {
  test('label and tags are edited in its drawer, and the list shows them', async () => {
    await using stage = await openStage(browser, { devices: 5, path: '/devices?device=d-000003' });
    const { page, service } = stage;
    const drawer = page.getByRole('dialog');
    await drawer.getByRole('textbox', { name: 'Label' }).fill('Aula');
    await drawer.getByRole('combobox', { name: 'Tags' }).fill('east');
    await page.keyboard.press('Enter');
    await drawer.getByRole('button', { name: 'Save' }).click();
    await drawer.getByRole('heading', { name: 'Aula' }).waitFor();
    await page.getByRole('button', { name: 'Undo' }).click();
    await drawer.getByRole('heading', { name: 'Room 000103' }).waitFor();
    expect(service.state.device('d-000003').tags).toEqual(['gym']);
    await drawer.getByRole('textbox', { name: 'Label' }).fill('Aula');
    await drawer.getByRole('combobox', { name: 'Tags' }).fill('east');
    await page.keyboard.press('Enter');
    await drawer.getByRole('button', { name: 'Save' }).click();
    await drawer.getByRole('heading', { name: 'Aula' }).waitFor();
    await page.keyboard.press('Escape');
    await drawer.waitFor({ state: 'detached' });
    await page.mouse.move(5, 5);
    await page.waitForFunction(() => document.querySelector('.rc-row-link')?.textContent === 'Aula');
    expect(service.state.device('d-000003').tags).toEqual(['gym', 'east']);
  });

  test('[E9] unenrolling says its consequences first, then the device is gone', async () => {
    await using stage = await openStage(browser, { devices: 5, path: '/devices?device=d-000003' });
    const { page, service } = stage;
    await page.getByRole('button', { name: 'Unenrol' }).click();
    const dialog = page.getByRole('dialog', { name: 'Unenrol Room 000103?' });
    await dialog.getByText('today is the last day charged; history and credits are kept').waitFor();
    await dialog.getByRole('button', { name: 'Unenrol' }).click();
    await page.mouse.move(5, 5);
    await page.getByRole('link', { name: 'Room 000103' }).waitFor({ state: 'detached' });
    await chip(page, 'All').filter({ hasText: '4' }).waitFor();
    expect(service.state.devices.has('d-000003')).toBe(false);
  });
});

describe('what waits for a person', () => {
  test('[E6] a waiting display shows its check code, and Approve makes it a device', async () => {
    await using stage = await openStage(browser, { devices: 3, pending: 1 });
    const { page, service } = stage;
    const card = page.getByRole('article', { name: 'PC-4410' });
    expect(await card.textContent()).toContain('BCDF-GHJK');
    await card.getByRole('button', { name: 'Approve' }).click();
    await page.getByText('has been approved.').waitFor();
    expect(service.state.device('p-0').status).toBe('never');
    await page.mouse.move(5, 5);
    await page.getByRole('region', { name: 'Waiting for approval' }).waitFor({ state: 'detached' });
    await chip(page, 'Never heard').filter({ hasText: '1' }).waitFor();
  });

  test('[E6] Reject asks, blocks on request, is listed and can be lifted', async () => {
    await using stage = await openStage(browser, { devices: 3, pending: 1 });
    const { page, service } = stage;
    await page.getByRole('article', { name: 'PC-4410' }).getByRole('button', { name: 'Reject' }).click();
    const dialog = page.getByRole('dialog', { name: 'Reject PC-4410?' });
    await dialog.getByRole('checkbox', { name: 'Block it until the block is lifted' }).check();
    await dialog.getByRole('button', { name: 'Reject' }).click();
    await page.getByRole('button', { name: '1 blocked display' }).click();
    const entry = page.getByRole('dialog', { name: 'Blocked displays' }).getByRole('article', { name: 'PC-4410' });
    expect(await entry.textContent()).toContain('Blocked until lifted');
    await entry.getByRole('button', { name: 'Lift' }).click();
    await page.getByText('No display is blocked.').waitFor();
    expect(service.state.blocks.size).toBe(0);
  });

  test('[E7] a changed key shows both boards; a listed one offers replaced and cloned, not another', async () => {
    await using stage = await openStage(browser, { devices: 3, pending: 2, path: '/devices?status=pending' });
    const { page, service } = stage;
    const card = page.getByRole('article', { name: 'SB7086R-020240' });
    await card.getByText('Running now').waitFor();
    await card.getByRole('link', { name: 'Room 000100' }).waitFor();
    expect(await card.textContent()).toContain('LMNP-QRST');
    expect(await card.getByRole('button').allTextContents()).toEqual(['Replaced', 'Cloned']);
    await card.getByRole('button', { name: 'Replaced' }).click();
    await page.getByText('is no longer waiting.').waitFor();
    expect(service.state.devices.has('p-1')).toBe(false);
    expect(service.state.device('d-000000').firmware).toBe('6.9.4');
  });

  test('[E7] an unlisted serial may really be carried by another board', async () => {
    const unlisted = { granted: 0, reason: 'not-listed' };
    await using stage = await openStage(browser, {
      devices: 3,
      pending: 2,
      before: ({ state }) => state.put({ ...state.device('d-000000'), credits: unlisted }),
    });
    const { page, service } = stage;
    await page.getByRole('button', { name: 'Another display with the same serial' }).click();
    await page.getByText('has been approved.').waitFor();
    expect(service.state.device('p-1').status).toBe('never');
    expect(service.state.device('d-000000').status).toBe('online');
  });
});

describe('what may not be changed', () => {
  test('[D5] a disabled domain explains itself: approving is off, rejecting works', async () => {
    await using stage = await openStage(browser, { devices: 3, pending: 1, status: 'disabled' });
    const { page } = stage;
    await page.getByText('No credits left. Devices stay enrolled; to change anything, redeem a product key.').waitFor();
    expect(await page.getByRole('button', { name: 'Approve' }).isDisabled()).toBe(true);
    expect(await page.getByRole('button', { name: 'Reject' }).isDisabled()).toBe(false);
  });

  test('[D6] a user who may only look is told so', async () => {
    await using stage = await openStage(browser, { devices: 3, pending: 1, role: 'user' });
    await stage.page.getByText('To make changes, ask an admin: marge.').waitFor();
    expect(await stage.page.getByRole('button', { name: 'Approve' }).isDisabled()).toBe(true);
    expect(await stage.page.getByRole('button', { name: 'Reject' }).isDisabled()).toBe(true);
  });
});
