import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { newApiKey } from '../../protocol/api-keys.ts';
import { devicesPage } from '../../protocol/api.ts';
import { launchChromium } from '../support/chromium.ts';
import { violations } from './axe.ts';
import { openRealStage, type RealStage } from './real-stage.ts';

const run = promisify(execFile);
const DAY_MS = 86_400_000;
let browser: Browser;
let stage: RealStage;

/** Four of one model and four of another; of each the first two went offline eight days ago, the third yesterday. */
beforeAll(async () => {
  browser = await launchChromium();
  stage = await openRealStage(browser);
  const { harness, domain } = stage;
  const now = harness.now;
  harness.now -= 9 * DAY_MS;
  const ids: string[] = [];
  for (const model of ['MX-65', 'OPS-2']) {
    for (let n = 0; n < 4; n += 1) {
      const values = { serial: `${model}-${n}`, model, credits: 400, fulfilment: 'on-enrolment' };
      await harness.store.write('importBoards', { now: harness.now, actor: 'operator', lines: [{ line: 1, values }] });
      ids.push((await harness.enrol(domain, `${model}-${n}`)).deviceId);
    }
  }
  const went = async (which: readonly string[], at: number): Promise<void> => {
    const transitions = which.map((deviceId) => ({ deviceId, status: 'offline' as const, since: at, how: 'said' as const }));
    await harness.store.write('flushPresence', { now: at, rows: [], births: [], running: [], transitions });
  };
  const online = ids.map((deviceId) => ({ deviceId, status: 'online' as const, since: harness.now, how: null }));
  await harness.store.write('flushPresence', { now: harness.now, rows: [], births: [], running: [], transitions: online });
  await went(
    ids.filter((_id, index) => index % 4 < 2),
    now - 8 * DAY_MS,
  );
  await went(
    ids.filter((_id, index) => index % 4 === 2),
    now - DAY_MS,
  );
  harness.now = now;
});
afterAll(async () => {
  await stage[Symbol.asyncDispose]();
  await browser.close();
});

const open = async (path: string, more: { language?: string; width?: number } = {}): Promise<Page> =>
  stage.window({ cookie: await stage.harness.signIn('admin@springfield'), path, ...more });
const shown = async (page: Page): Promise<string[]> => page.locator('.rc-devices .rc-row-link').allTextContents();
/** The list once it has so many rows. */
async function listOf(page: Page, rows: number): Promise<string[]> {
  await expect.poll(() => shown(page)).toHaveLength(rows);
  return shown(page);
}
const search = (page: Page): string => new URL(page.url()).search;

describe('the list of devices', () => {
  test('[P2] is narrowed by the menu of filters, each a chip and in the address, and widened again; Back restores', async () => {
    const page = await open('/devices');
    await listOf(page, 8);
    await page.getByRole('button', { name: 'Filters', exact: true }).click();
    const menu = page.getByRole('group', { name: 'Filters' });
    await menu.getByLabel('Model').selectOption({ label: 'MX-65 (4)' });
    expect(await listOf(page, 4)).toEqual(['MX-65-0', 'MX-65-1', 'MX-65-2', 'MX-65-3']);
    await menu.getByLabel('Silent').selectOption('before-7d');
    expect(await listOf(page, 2)).toEqual(['MX-65-0', 'MX-65-1']);
    expect(search(page)).toBe('?model=MX-65&silent=before-7d');
    await page.keyboard.press('Escape');
    await menu.waitFor({ state: 'detached' });
    await page.getByRole('button', { name: 'Remove the filter MX-65' }).click();
    expect(await listOf(page, 4)).toEqual(['MX-65-0', 'MX-65-1', 'OPS-2-0', 'OPS-2-1']);
    await page.goBack();
    await listOf(page, 2);
    await page.goBack();
    await listOf(page, 4);
    expect(search(page)).toBe('?model=MX-65');
    expect(stage.complaints).toEqual([]);
  });

  test('is kept as a view under a name, opened again, and let go; another user has none of it', async () => {
    const page = await open('/devices?model=OPS-2&silent=within-7d&sort=-since&columns=os');
    expect(await listOf(page, 1)).toEqual(['OPS-2-2']);
    await page.getByRole('button', { name: 'Views', exact: true }).click();
    await page.getByLabel('Name of this view').fill('OPS of this week');
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByRole('link', { name: 'OPS of this week' }).waitFor();
    await page.goto(`${stage.url}/devices`);
    await listOf(page, 8);
    await page.getByRole('button', { name: 'Views', exact: true }).click();
    await page.getByRole('link', { name: 'OPS of this week' }).click();
    expect(await listOf(page, 1)).toEqual(['OPS-2-2']);
    expect(search(page)).toBe('?model=OPS-2&silent=within-7d&sort=-since&columns=os');
    await page.getByRole('columnheader', { name: 'System' }).waitFor();

    const { cookie } = await stage.crew.person(stage.domain, 'colleague', { role: 'admin' });
    const other = await stage.window({ cookie, path: '/devices' });
    await other.getByRole('button', { name: 'Views', exact: true }).click();
    await other.getByText('You can save filters, order and columns under a name.').waitFor();

    await page.getByRole('button', { name: 'Views', exact: true }).click();
    await page.getByRole('button', { name: 'Delete the view OPS of this week' }).click();
    await page.getByText('You can save filters, order and columns under a name.').waitFor();
    expect(stage.complaints).toEqual([]);
  });

  test('shows the columns of its address, whatever was chosen before, and a choice is in the address', async () => {
    const page = await open('/devices');
    await listOf(page, 8);
    await page.getByRole('button', { name: 'Columns' }).click();
    await page.getByRole('checkbox', { name: 'Credits granted' }).click();
    await page.getByRole('columnheader', { name: 'Credits granted' }).waitFor();
    await page.goto(`${stage.url}/devices?columns=os,agent`);
    for (const name of ['System', 'Agent']) await page.getByRole('columnheader', { name }).waitFor();
    expect(await page.getByRole('columnheader', { name: 'Credits granted' }).count()).toBe(0);
    await page.getByRole('button', { name: 'Columns' }).click();
    await page.getByRole('checkbox', { name: 'Agent' }).click();
    await page.getByRole('columnheader', { name: 'Agent' }).waitFor({ state: 'detached' });
    expect(search(page)).toBe('?columns=os');
    expect(stage.complaints).toEqual([]);
  });

  test('[A1] [A2] is copied as a command that reads the same list with an API key', async () => {
    const page = await open('/devices?model=MX-65&silent=before-7d&q=mx');
    await listOf(page, 2);
    await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
    await page.getByRole('button', { name: 'Copy as curl' }).click();
    await page.getByText('Copied').waitFor();
    const command = await page.evaluate(async () => navigator.clipboard.readText());
    const body = { name: 'a script', scopes: ['devices:read'] };
    const made = await stage.harness.request('POST', '/api/v1/api-keys', { cookie: stage.domain.cookie, body });
    const { secret } = newApiKey.parse(made.json);
    const { stdout } = await run('bash', ['-c', `${command} --silent`], { env: { ...process.env, ROLLCALL_API_KEY: secret } });
    expect(devicesPage.parse(JSON.parse(stdout))).toMatchObject({ total: 2 });
    expect(stage.complaints).toEqual([]);
  });

  test('has menus that fit a phone and keep WCAG 2.2 AA, in French', async () => {
    const page = await open('/devices', { language: 'fr-FR', width: 390 });
    await page.emulateMedia({ reducedMotion: 'reduce' });
    await page.locator('.rc-devices .rc-row-link').first().waitFor();
    for (const name of ['Filtres', 'Vues']) {
      await page.getByRole('button', { name, exact: true }).click();
      await page.getByRole('group', { name }).waitFor();
      expect(await violations(page)).toEqual([]);
      expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(390);
      await page.keyboard.press('Escape');
      await page.getByRole('group', { name }).waitFor({ state: 'detached' });
    }
    expect(stage.complaints).toEqual([]);
  });
});
