import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { launchChromium } from '../support/chromium.ts';
import { PASSWORD } from './mock-state.ts';
import { addressOf, openStage } from './stage.ts';

describe('sign-in', () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await launchChromium();
  });
  afterAll(() => browser.close());

  test('[D6] a wrong password is refused with sentence, next step and correlation id; the right one opens the address asked for', async () => {
    await using stage = await openStage(browser, { devices: 5, path: '/devices?status=offline', signedIn: false });
    const { page } = stage;
    await page.getByRole('textbox', { name: 'User name' }).fill('admin@springfield');
    await page.getByRole('textbox', { name: 'Password' }).fill('wrong');
    await page.getByRole('button', { name: 'Sign in' }).click();
    const alert = page.getByRole('alert');
    await alert.getByText('The user name or password is wrong.').waitFor();
    expect(await alert.textContent()).toContain('Check both and try again.');
    expect(await alert.textContent()).toContain('7Q2M-K4TD');

    await page.getByRole('textbox', { name: 'Password' }).fill(PASSWORD);
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'Devices', level: 1 }).waitFor();
    await page.getByRole('link', { name: 'Room 000103' }).waitFor();
    expect(addressOf(page)).toBe('/devices?status=offline');
    expect(await page.locator('header').textContent()).toContain('springfieldActive');
    expect(stage.complaints).toEqual([]);
  });

  test('signing out shows nothing of the domain any more', async () => {
    await using stage = await openStage(browser, { devices: 5 });
    const { page } = stage;
    await page.getByRole('link', { name: 'Room 000100' }).waitFor();
    await page.getByRole('button', { name: 'User admin@springfield' }).click();
    await page.getByRole('menuitem', { name: 'Sign out' }).click();
    await page.getByRole('textbox', { name: 'User name' }).waitFor();
    expect(await page.locator('body').textContent()).not.toContain('Room 000100');
    expect(stage.service.asked).toContain('DELETE /session');
  });

  test('[A5] a session that the service has ended leads to sign-in, at the same address', async () => {
    await using stage = await openStage(browser, { devices: 5 });
    const { page } = stage;
    await page.getByRole('link', { name: 'Room 000100' }).waitFor();
    await page.context().clearCookies();
    await page.getByRole('link', { name: 'Offline' }).click();
    await page.getByRole('textbox', { name: 'User name' }).waitFor();
    expect(addressOf(page)).toBe('/devices?status=offline');
  });

  test('the language follows the browser, then the choice, and is remembered', async () => {
    await using stage = await openStage(browser, { devices: 0, signedIn: false, language: 'fr-CA' });
    const { page } = stage;
    await page.getByRole('button', { name: 'Se connecter' }).waitFor();
    expect(await page.locator('html').getAttribute('lang')).toBe('fr');
    await page.getByText('EN', { exact: true }).click();
    await page.getByRole('button', { name: 'Sign in' }).waitFor();
    await page.reload();
    await page.getByRole('button', { name: 'Sign in' }).waitFor();
    expect(await page.locator('html').getAttribute('lang')).toBe('en');
  });
});
