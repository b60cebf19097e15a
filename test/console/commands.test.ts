import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { launchChromium } from '../support/chromium.ts';
import { openStage } from './stage.ts';

let browser: Browser;
beforeAll(async () => {
  browser = await launchChromium();
});
afterAll(() => browser.close());

describe('commands', () => {
  test('[P8] of one device: asked with a click, and what became of it shows without reloading', async () => {
    await using stage = await openStage(browser, { devices: 3, path: '/devices' });
    const { page, service } = stage;
    await page.getByRole('link', { name: 'Room 000100' }).click();
    await page.getByText('No commands for this device yet').waitFor();
    await page.getByRole('button', { name: 'Identify' }).click();
    const lines = page.getByRole('list', { name: 'Commands' }).getByRole('listitem');
    await lines.filter({ hasText: 'waiting' }).waitFor();
    const [device] = [...service.state.devices.values()].filter(({ label }) => label === 'Room 000100');
    service.state.commands.become('failed', 1, 'the board could not do it');
    service.push('device', { device });
    await lines.filter({ hasText: 'failed' }).filter({ hasText: 'the board could not do it' }).waitFor();
    for (let n = 0; n < 6; n += 1) await page.getByRole('button', { name: 'Refresh inventory' }).click();
    await page.getByRole('button', { name: 'Show earlier commands' }).click();
    await expect.poll(() => lines.count()).toBe(7);
    expect(stage.complaints).toEqual([]);
  });

  test('[P8] of all that a filter shows, with how many are where, in French too', async () => {
    await using stage = await openStage(browser, { devices: 250, language: 'fr-FR', path: '/devices?status=online' });
    const { page, service } = stage;
    const total = [...service.state.devices.values()].filter(({ status }) => status === 'online').length;
    await page.getByRole('button', { name: `Commande aux ${total} appareils de cette liste…` }).click();
    await page.getByRole('menuitem', { name: 'Identifier' }).click();
    await page.getByText(`${total} en attente`).waitFor();
    service.state.commands.become('done', 100);
    service.state.commands.become('failed', 5);
    await page.getByText(`${total - 105} en attente · 100 terminées · 5 échouées`).waitFor();
    expect(stage.complaints).toEqual([]);
  });

  test('[D6] a user who only looks sees them and asks nothing', async () => {
    await using stage = await openStage(browser, { devices: 3, role: 'user', path: '/devices' });
    const { page } = stage;
    expect(await page.getByRole('button', { name: 'Command to all 3 devices in this list…' }).isDisabled()).toBe(true);
    await page.getByRole('link', { name: 'Room 000100' }).click();
    const button = page.getByRole('button', { name: 'Identify' });
    await button.waitFor();
    expect(await button.isDisabled()).toBe(true);
  });
});
