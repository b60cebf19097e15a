import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { PASSWORD } from '../../cloud-broker/service/testing/harness.ts';
import { launchChromium } from '../support/chromium.ts';
import { measureContrast } from './contrast.ts';
import { openRealStage, type RealStage } from './real-stage.ts';
import { addressOf } from './stage.ts';

const PAGES = ['/settings', '/api-keys', '/audit'];
let browser: Browser;
beforeAll(async () => {
  browser = await launchChromium();
});
afterAll(() => browser.close());

/** A window of springfield's domain admin. */
const open = async (stage: RealStage, path: string, more: { language?: string; width?: number } = {}): Promise<Page> =>
  stage.window({ cookie: await stage.harness.signIn('admin@springfield'), path, ...more });

describe('API keys', () => {
  test('[A2] are made with name and scopes, shown once, show their last use, and are revoked', async () => {
    await using stage = await openRealStage(browser);
    const page = await open(stage, '/');
    await page.getByRole('button', { name: 'User admin@springfield' }).click();
    await page.getByRole('menuitem', { name: 'API keys' }).click();
    await page.getByText('No API keys').waitFor();
    await page.getByRole('button', { name: 'Create an API key' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('Name').fill('Timetable');
    await dialog.getByLabel('Billing').check();
    await dialog.getByRole('button', { name: 'Create an API key' }).click();
    const secret = (await dialog.getByText(/^rk_/).textContent()) ?? '';
    expect(secret).toMatch(/^rk_[\w-]{43}$/);
    await dialog.getByText(`curl -H 'Authorization: Bearer ${secret}' ${stage.url}/api/v1/devices`).waitFor();
    // Neither a click beside it nor Escape must take the key away unread.
    await page.mouse.click(5, 500);
    await page.keyboard.press('Escape');
    await dialog.getByRole('button', { name: 'I have copied it' }).click();
    await dialog.waitFor({ state: 'detached' });
    expect(await page.content()).not.toContain(secret);
    await page.getByText('Read devices · Billing').waitFor();
    await page.getByText('never').waitFor();

    const call = async () =>
      (await fetch(`${stage.url}/api/v1/devices`, { headers: { authorization: `Bearer ${secret}` } })).status;
    expect(await call()).toBe(200);
    await page.reload();
    await page.getByText('just now').waitFor();
    await page.getByRole('button', { name: 'Revoke' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Revoke' }).click();
    await page.getByText('No API keys').waitFor();
    expect(await call()).toBe(401);
    expect(stage.complaints).toEqual([]);
  });
});

describe('the audit log', () => {
  test('[A3] shows who, what before and after, from where; any id finds its row, and the address holds the search', async () => {
    await using stage = await openRealStage(browser);
    const { harness, domain } = stage;
    const id = await harness.device(domain, 'SN-1');
    const change = { cookie: domain.cookie, body: { label: 'Room 7', tags: ['north'] } };
    const done = await harness.request('PATCH', `/api/v1/devices/${id}`, change);
    const reference = String(done.headers['x-correlation-id']);
    const page = await open(stage, '/audit');
    const row = page.getByRole('row').filter({ hasText: 'Device changed' });
    await row.waitFor();
    const text = await row.textContent();
    for (const part of ['admin@springfield', id, 'Name SN-1 → Room 7', 'Tags – → north', '127.0.0.1', reference])
      expect(text).toContain(part);
    await page.getByRole('searchbox').fill(reference);
    await page.getByRole('row').filter({ hasText: 'Display enrolled' }).waitFor({ state: 'detached' });
    expect(await page.getByRole('row').count()).toBe(2);
    expect(addressOf(page)).toBe(`/audit?q=${reference}`);
    await row.getByRole('link', { name: id }).click();
    await page.getByRole('heading', { name: 'Room 7' }).waitFor();
    await page.goBack();
    expect(await page.getByRole('searchbox').inputValue()).toBe(reference);
    await page.getByRole('searchbox').fill('no such thing');
    await page.getByRole('button', { name: 'Clear filters' }).click();
    await page.getByRole('row').filter({ hasText: 'Display enrolled' }).waitFor();
  });
});

describe('settings', () => {
  test('[D7] [E6] change the domain, its pairing code and what happens to unlisted boards, each with its effect said before', async () => {
    await using stage = await openRealStage(browser);
    const { harness, domain } = stage;
    await harness.enrol(domain, 'unlisted-1');
    await harness.enrol(domain, 'unlisted-2');
    const page = await open(stage, '/settings');
    await page.getByLabel('Organization').fill('Springfield Schools');
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByText('Saved.').waitFor();
    await page.getByLabel('Domain e-mail').fill('office@example.org');
    await page.getByLabel('Your password').fill('not the password');
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByText('The password is wrong.').waitFor();
    await page.getByLabel('Your password').fill(PASSWORD);
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByText('Saved.').waitFor();

    await page.getByText('2 waiting displays would enrol').waitFor();
    await page.getByRole('switch', { name: 'Enrol them without approval' }).click();
    await page.getByText('They enrol immediately', { exact: false }).waitFor();
    await page.getByRole('button', { name: 'Require a code' }).click();
    const code = page.locator('.rc-pairing .rc-code');
    await code.waitFor();
    const first = await code.textContent();
    expect(first).toMatch(/^[0-9A-Z]{4}-[0-9A-Z]{4}$/);
    await page.getByRole('combobox', { name: 'Keep the old code for' }).click();
    await page.getByRole('option', { name: '3 days' }).click();
    await page.getByRole('button', { name: 'New code' }).click();
    await page.getByText(/The previous code is valid until/).waitFor();
    expect(await code.textContent()).not.toBe(first);
    await page.getByRole('button', { name: 'Stop requiring a code' }).click();
    await page.getByText('No code is required', { exact: false }).waitFor();
    expect(await harness.store.reader.get('SELECT organization, email, unlisted, pairing_hash FROM domains')).toEqual({
      organization: 'Springfield Schools',
      email: 'office@example.org',
      unlisted: 'accept',
      pairing_hash: null,
    });
    expect(stage.complaints).toEqual([]);
  });

  test('[D8] close the domain: what it does, name and password typed, a banner on every page, withdrawn', async () => {
    await using stage = await openRealStage(browser);
    const page = await open(stage, '/settings');
    await page.getByRole('button', { name: 'Close the domain…' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByText('Any remaining credits are forfeited.').waitFor();
    const confirm = dialog.getByRole('button', { name: 'Close in 7 days' });
    await dialog.getByLabel('Your password').fill(PASSWORD);
    await dialog.getByLabel('Type the domain’s name, springfield').fill('springfeld');
    expect(await confirm.isDisabled()).toBe(true);
    await dialog.getByLabel('Type the domain’s name, springfield').fill('springfield');
    await confirm.click();
    await dialog.waitFor({ state: 'detached' });
    for (const path of ['/', '/billing', '/audit']) {
      await page.goto(`${stage.url}${path}`);
      await page.locator('.rc-standing').getByText('springfield will be closed on', { exact: false }).waitFor();
    }
    await page.locator('.rc-standing').getByRole('button', { name: 'Settings' }).click();
    await page.getByRole('button', { name: 'Cancel the closure' }).click();
    await page.locator('.rc-standing').waitFor({ state: 'detached' });
    expect(await stage.harness.store.reader.get('SELECT closing_at FROM domains')).toEqual({ closing_at: null });
  });

  test('[D6] an admin cannot close the domain; a user is told whom to ask', async () => {
    await using stage = await openRealStage(browser);
    await stage.harness.become(stage.domain, { role: 'admin' });
    const page = await open(stage, '/settings');
    await page.getByText('Only a domain admin may close the domain.').waitFor();
    expect(await page.getByRole('button', { name: 'Close the domain…' }).isDisabled()).toBe(true);
    await stage.harness.become(stage.domain, { role: 'user' });
    for (const path of PAGES) {
      await page.goto(`${stage.url}${path}`);
      await page.getByText('Ask an admin of your domain.').first().waitFor();
    }
  });
});

describe('a disabled domain', () => {
  test('[D5] says on every page what is left to do, and changes nothing', async () => {
    await using stage = await openRealStage(browser);
    const { harness } = stage;
    harness.now += 31 * 86_400_000;
    const page = await open(stage, '/api-keys', { language: 'fr-FR' });
    for (const path of ['/', ...PAGES]) {
      await page.goto(`${stage.url}${path}`);
      await page.getByText(/Crédits épuisés\. Les appareils restent inscrits.*utilisez une clé produit\./).waitFor();
    }
    await page.goto(`${stage.url}/api-keys`);
    const make = page.getByRole('button', { name: 'Créer une clé API' });
    await make.waitFor();
    expect(await make.isDisabled()).toBe(true);
    await page.locator('.rc-standing').getByRole('button', { name: 'Facturation' }).click();
    await page.getByRole('heading', { name: 'Facturation', level: 1 }).waitFor();
  });
});

describe('these pages', () => {
  test('do not scroll sideways on a phone, in either language, and keep AA contrast', async () => {
    await using stage = await openRealStage(browser);
    const { harness, domain } = stage;
    const id = await harness.device(domain, 'SN-1');
    await harness.request('PATCH', `/api/v1/devices/${id}`, {
      cookie: domain.cookie,
      body: { label: 'A very long label '.repeat(3) },
    });
    const key = { name: 'key of the nightly report', scopes: ['devices:read', 'devices:write', 'billing'] };
    await harness.request('POST', '/api/v1/api-keys', { cookie: domain.cookie, body: key });
    await harness.request('POST', '/api/v1/domain/pairing-code', { cookie: domain.cookie, body: {} });
    const found: string[] = [];
    for (const language of ['en-GB', 'fr-FR']) {
      const page = await open(stage, '/', { language, width: 390 });
      for (const path of PAGES) {
        await page.goto(`${stage.url}${path}`);
        await page.locator('.rc-card, .rc-audit-row:not(.rc-audit-head), .rc-pairing').first().waitFor();
        const width = await page.evaluate(() => document.documentElement.scrollWidth);
        if (width > 390) found.push(`${language} ${path}: ${width}`);
        found.push(...(await measureContrast(page)).map((text) => `${path}: ${text}`));
      }
    }
    expect(found).toEqual([]);
    expect(stage.complaints).toEqual([]);
  });
});
