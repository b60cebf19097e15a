import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { launchChromium } from '../support/chromium.ts';
import { openRealStage } from './real-stage.ts';

let browser: Browser;
beforeAll(async () => {
  browser = await launchChromium();
}, 180_000);
afterAll(() => browser.close());

const focused = async (page: Page): Promise<string> =>
  page.evaluate(() => document.activeElement?.getAttribute('aria-label') ?? document.activeElement?.textContent ?? '');

test(
  'with the keyboard alone: whatever opens takes the focus, and gives it back to what opened it',
  { timeout: 120_000 },
  async () => {
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
  },
);
