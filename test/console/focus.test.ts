import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { launchChromium } from '../support/chromium.ts';
import { openRealStage } from './real-stage.ts';

let browser: Browser;
beforeAll(async () => {
  browser = await launchChromium();
});
afterAll(() => browser.close());

const focused = async (page: Page): Promise<string> =>
  page.evaluate(() => document.activeElement?.getAttribute('aria-label') ?? document.activeElement?.textContent ?? '');

test('with the keyboard alone: whatever opens takes the focus, and gives it back to what opened it', async () => {
  await using stage = await openRealStage(browser);
  const { harness, domain } = stage;
  for (let n = 0; n < 3; n += 1) await harness.device(domain, `HALL-${n}`, 400);
  const { deviceId } = await harness.enrol(domain, 'AWAY-1');
  await harness.request('POST', `/api/v1/devices/${deviceId}/reject`, { cookie: domain.cookie, body: {} });
  const page = await stage.window({ cookie: domain.cookie, path: '/devices' });
  await page.emulateMedia({ reducedMotion: 'reduce' });
  await page.getByRole('link', { name: 'HALL-0', exact: true }).waitFor();
  await page.getByRole('checkbox', { name: 'Select HALL-0', exact: true }).click();
  const lost: string[] = [];
  for (const [role, name, opens] of [
    ['button', 'Import CSV', 'dialog'],
    ['button', 'Paste serials', 'dialog'],
    ['button', '1 blocked display', 'dialog'],
    ['button', 'Filters', 'group'],
    ['button', 'Views', 'group'],
    ['button', 'Columns', 'group'],
    ['button', 'Tags…', 'dialog'],
    ['button', 'Unenrol…', 'dialog'],
    ['link', 'HALL-1', 'dialog'],
  ] as const) {
    const opener = page.getByRole(role, { name, exact: true });
    await opener.focus();
    const before = await focused(page);
    await page.keyboard.press('Enter');
    const opened = opens === 'group' ? page.getByRole('group', { name, exact: true }) : page.getByRole('dialog').last();
    await opened.waitFor();
    await page.waitForFunction(() => document.activeElement?.closest('[role=dialog]') !== null);
    await page.keyboard.press('Escape');
    await opened.waitFor({ state: 'detached' });
    // It comes back a moment after the dialog is gone.
    await page.waitForFunction(() => document.activeElement !== document.body, null, { timeout: 3000 }).catch(() => undefined);
    const after = await focused(page);
    if (after !== before) lost.push(`${name}: "${after.slice(0, 60)}"`);
  }
  expect(lost).toEqual([]);
  expect(stage.complaints).toEqual([]);
});

/** With the keyboard: Enter on what has this name. */
async function press(page: Page, role: 'button' | 'link', name: string): Promise<void> {
  const control = page.getByRole(role, { name, exact: true }).first();
  await control.waitFor();
  await control.focus();
  await page.keyboard.press('Enter');
}

/** In the last dialog that is open. */
async function confirm(page: Page, name: string): Promise<void> {
  const button = page.getByRole('dialog').last().getByRole('button', { name, exact: true });
  await button.waitFor();
  await button.focus();
  await page.keyboard.press('Enter');
}

test('with the keyboard alone: what goes by its own action hands the focus on, and the page never has it', async () => {
  await using stage = await openRealStage(browser);
  const { harness, crew, domain } = stage;
  const post = async (url: string, body: object): Promise<void> => {
    expect((await harness.request('POST', `/api/v1${url}`, { cookie: domain.cookie, body })).status).toBeLessThan(300);
  };
  const ids: string[] = [];
  for (let n = 0; n < 3; n += 1) ids.push(await harness.device(domain, `HALL-${n}`, 400));
  for (const serial of ['AWAY-1', 'AWAY-2']) await post(`/devices/${(await harness.enrol(domain, serial)).deviceId}/reject`, {});
  for (const serial of ['WAIT-1', 'WAIT-2', 'WAIT-3']) await harness.enrol(domain, serial);
  for (const name of ['North', 'South']) await post('/me/views', { name, query: `tag=${name}` });
  for (const name of ['one', 'two']) await post('/api-keys', { name, scopes: ['devices:read'] });
  for (const n of [1, 2]) await post('/webhooks', { url: `https://hooks.example.org/${n}`, types: ['alert'] });
  await crew.invite(domain, 'lisa');
  await harness.signIn('admin@springfield');
  await harness.signIn('admin@springfield');
  const page = await stage.window({ cookie: domain.cookie, path: '/devices' });
  await page.emulateMedia({ reducedMotion: 'reduce' });
  const go = async (path: string): Promise<unknown> => page.goto(`${stage.url}${path}`);
  const gone = async (text: string): Promise<void> =>
    page.getByText(text, { exact: true }).first().waitFor({ state: 'detached' });
  const card = (serial: string) => page.getByRole('article', { name: serial });
  const steps: [name: string, act: () => Promise<unknown>, lands: RegExp][] = [
    [
      'approve',
      async () => {
        await card('WAIT-1').getByRole('button', { name: 'Approve' }).focus();
        await page.keyboard.press('Enter');
        await page.getByText('WAIT-1').first().waitFor();
        await card('WAIT-1').waitFor({ state: 'detached' });
      },
      /^WAIT-\d/,
    ],
    [
      'reject',
      async () => {
        await card('WAIT-2').getByRole('button', { name: 'Reject' }).focus();
        await page.keyboard.press('Enter');
        await confirm(page, 'Reject');
        await card('WAIT-2').waitFor({ state: 'detached' });
      },
      /^WAIT-\d/,
    ],
    [
      'rename by F2',
      async () => {
        await page.getByRole('link', { name: 'HALL-0', exact: true }).focus();
        await page.keyboard.press('F2');
        await page.getByRole('textbox', { name: 'Label' }).waitFor();
        await page.waitForFunction(() => document.activeElement instanceof HTMLInputElement);
        await page.keyboard.type(' new');
        await page.keyboard.press('Enter');
        await page.getByRole('link', { name: 'HALL-0 new', exact: true }).waitFor();
      },
      /^HALL-0/,
    ],
    [
      'undo',
      async () => {
        await press(page, 'button', 'Undo');
        await page.getByText('Undone').waitFor();
      },
      /Undone/,
    ],
    [
      'delete a view',
      async () => {
        await press(page, 'button', 'Views');
        await press(page, 'button', 'Delete the view North');
        await gone('North');
      },
      /^South$/,
    ],
    [
      'unenrol in the drawer',
      async () => {
        await go(`/devices?device=${ids[2]}`);
        await press(page, 'button', 'Unenrol');
        await confirm(page, 'Unenrol');
        await page.getByText(/today is the last day/).waitFor({ state: 'detached' });
      },
      /./,
    ],
    [
      'lift a block',
      async () => {
        await go('/devices');
        await press(page, 'button', '3 blocked displays');
        await press(page, 'button', 'Lift the block');
        await page.getByRole('dialog').getByRole('article').nth(2).waitFor({ state: 'detached' });
      },
      /^Lift the block$/,
    ],
    [
      'revoke an API key',
      async () => {
        await go('/api-keys');
        await press(page, 'button', 'Revoke');
        await confirm(page, 'Revoke');
        await page.getByRole('heading', { name: 'one', exact: true }).waitFor({ state: 'detached' });
      },
      /^Revoke$/,
    ],
    [
      'the last API key',
      async () => {
        await press(page, 'button', 'Revoke');
        await confirm(page, 'Revoke');
        await page.getByRole('heading', { name: 'two', exact: true }).waitFor({ state: 'detached' });
      },
      /API key/,
    ],
    [
      'a control that is busy meanwhile',
      async () => {
        await go('/webhooks');
        await press(page, 'button', 'Send a test');
        await page.getByRole('status').filter({ hasText: /\S/ }).first().waitFor();
      },
      /^Send a test$/,
    ],
    [
      'remove a webhook',
      async () => {
        await press(page, 'button', 'Remove');
        await confirm(page, 'Remove');
        await page.getByRole('button', { name: 'Remove', exact: true }).nth(1).waitFor({ state: 'detached' });
      },
      /./,
    ],
    [
      'end a session',
      async () => {
        await go('/account');
        const ends = page.getByRole('button', { name: /^End (?!all)/ });
        await ends.first().waitFor();
        const before = await ends.count();
        await ends.first().focus();
        await page.keyboard.press('Enter');
        await ends.nth(before - 1).waitFor({ state: 'detached' });
      },
      /^End /,
    ],
  ];
  const wrong: string[] = [];
  for (const [name, act, lands] of steps) {
    await act();
    await page.waitForFunction(() => document.activeElement !== document.body, null, { timeout: 3000 }).catch(() => undefined);
    const onBody = await page.evaluate(() => document.activeElement === document.body);
    const at = onBody ? 'the page' : await focused(page);
    if (onBody || !lands.test(at)) wrong.push(`${name}: "${at.slice(0, 80)}"`);
  }
  expect(wrong).toEqual([]);
  expect(stage.complaints).toEqual([]);
});
