import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { launchChromium } from '../support/chromium.ts';
import { measureContrast } from './contrast.ts';
import { openRealStage, type RealStage } from './real-stage.ts';

const MINUTE = 60_000;
let browser: Browser;
beforeAll(async () => {
  browser = await launchChromium();
});
afterAll(() => browser.close());

const open = async (stage: RealStage, more: { language?: string; width?: number } = {}): Promise<Page> =>
  stage.window({ cookie: await stage.harness.signIn('admin@springfield'), path: '/alerts', ...more });

type Change = [string, 'offline' | 'online'];

/** What happened so many minutes ago, with a round of the service in every minute. */
async function lived({ harness }: RealStage, from: number, happened: Map<number, Change[]>): Promise<void> {
  for (let ago = from; ago >= 0; ago -= 1) {
    const now = harness.now - ago * MINUTE;
    const transitions = (happened.get(ago) ?? []).map(([deviceId, status]) => ({
      deviceId,
      status,
      since: now,
      how: status === 'offline' ? ('lost' as const) : null,
    }));
    if (transitions.length > 0)
      await harness.store.write('flushPresence', { now, rows: [], running: [], births: [], transitions });
    await harness.store.write('raiseAlerts', { now });
  }
}

async function school(stage: RealStage, displays: number): Promise<string[]> {
  const { harness, domain } = stage;
  const ids: string[] = [];
  for (let n = 1; n <= displays; n += 1) {
    const id = await harness.device(domain, `SN-${n}`, 365);
    await harness.request('PATCH', `/api/v1/devices/${id}`, {
      cookie: domain.cookie,
      body: { label: `Room ${n}`, tags: ['North'] },
    });
    ids.push(id);
  }
  return ids;
}

const many = (ids: readonly string[], status: Change[1]): Change[] => ids.map((id) => [id, status]);

async function busy(stage: RealStage): Promise<string[]> {
  const ids = await school(stage, 23);
  const [first = '', ...others] = ids;
  await lived(
    stage,
    400,
    new Map([
      [390, [[first, 'offline']]],
      [300, [[first, 'online']]],
      [120, many(others, 'offline')],
      [20, many(others.slice(0, 4), 'online')],
    ]),
  );
  await stage.harness.enrol(stage.domain, 'unlisted-1');
  await stage.harness.store.write('raiseAlerts', { now: stage.harness.now + 6000 });
  return ids;
}

describe('alerts', () => {
  test('[P7] one line an event, open ones first, with their displays; the header counts what is open', async () => {
    await using stage = await openRealStage(browser);
    await busy(stage);
    const page = await open(stage);
    const open1 = page.getByRole('region', { name: 'Open' }).getByRole('listitem').filter({ hasText: 'silent since' });
    await open1.waitFor();
    expect(await open1.first().textContent()).toMatch(
      /^North: 22 displays silent since \d\d:\d\d.*18 of 22 still open.*E-mail sent/,
    );
    await open1.getByText('Displays concerned').click();
    await open1.getByText('and 2 more').waitFor();
    await page.getByRole('link', { name: /Alerts.*2 open alerts/ }).waitFor();
    await page.getByRole('region', { name: 'Earlier' }).getByText('Room 1 back online').waitFor();
    await open1.getByRole('link', { name: 'Room 10' }).click();
    await page.getByRole('heading', { name: 'Room 10' }).waitFor();
    expect(stage.complaints).toEqual([]);
  });

  test('[P7] a display is grey while it is off, and red from the moment that its loss is told', async () => {
    await using stage = await openRealStage(browser);
    const { harness } = stage;
    const [first = '', ...others] = await school(stage, 4);
    await lived(stage, 20, new Map([[10, many(others, 'offline')]]));
    const cookie = await harness.signIn('admin@springfield');
    const page = await stage.window({ cookie, path: '/devices?status=offline' });
    const signs = page.locator('.rc-devices [style*="status-bad"]');
    await page.locator('.rc-devices .rc-row-link').nth(2).waitFor();
    expect(await signs.count()).toBe(0);
    await harness.store.write('raiseAlerts', { now: harness.now + 25 * MINUTE });
    await signs.nth(2).waitFor();
    expect(await signs.first().textContent()).toBe('Offline');

    await page.goto(`${stage.url}/devices?device=${others[0]}`);
    await page.getByText('2 others tagged North went in the same minute.').waitFor();
    await page.goto(`${stage.url}/devices?device=${first}`);
    await page.getByRole('dialog').getByText('Never heard').waitFor();
    expect(await page.getByText('in the same minute').count()).toBe(0);
    expect(stage.complaints).toEqual([]);
  });

  test('[P7] before they are saved, rules say how many mails they would have sent', async () => {
    await using stage = await openRealStage(browser);
    await busy(stage);
    const page = await open(stage);
    await page.getByText(/^With these rules, 4 e-mails would have been sent since/).waitFor();
    await page.getByRole('switch', { name: 'Displays that come back online' }).click();
    await page.getByText(/^With these rules, 2 e-mails would have been sent since/).waitFor();
    await page.getByLabel('Silent for (minutes)').fill('1440');
    await page.getByText(/^With these rules, 0 e-mails would have been sent since/).waitFor();
    await page.getByLabel('Mailbox').fill('nobody');
    await page.getByText('These rules cannot be used yet', { exact: false }).waitFor();
    expect(await page.getByRole('button', { name: 'Save' }).isDisabled()).toBe(true);
    await page.getByLabel('Mailbox').fill('it@example.org');
    await page.getByRole('switch', { name: 'Quiet hours' }).click();
    await page.getByLabel('Pause until').fill('2030-01-02');
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByText('Saved.').waitFor();
    await page.reload();
    expect(await page.getByLabel('Mailbox').inputValue()).toBe('it@example.org');
    expect(await page.getByLabel('From').inputValue()).toBe('22:00');
    expect(await page.getByLabel('Pause until').inputValue()).toBe('2030-01-02');
    expect(stage.complaints).toEqual([]);
  });

  test('[P7] [D6] users see them and no rules; users with tags are told that they are not for them', async () => {
    await using stage = await openRealStage(browser);
    await stage.harness.become(stage.domain, { role: 'user' });
    const page = await open(stage);
    await page.getByText('Nothing is wrong').waitFor();
    expect(await page.getByText('Alerts sent by e-mail').count()).toBe(0);
    await stage.harness.become(stage.domain, { role: 'user', tags: ['north'] });
    await page.goto(`${stage.url}/alerts`);
    await page.getByText('Ask an admin of your domain.').waitFor();
    expect(await page.getByRole('link', { name: 'Alerts' }).count()).toBe(0);
  });

  test('[P7] the page does not scroll sideways on a phone, in either language, and keeps AA contrast', async () => {
    await using stage = await openRealStage(browser);
    await busy(stage);
    const found: string[] = [];
    for (const language of ['en-GB', 'fr-FR']) {
      for (const width of [390, 1280]) {
        const page = await open(stage, { language, width });
        await page.locator('.rc-alerts').first().waitFor();
        await page.getByText(/^(?:With these rules|Avec ces règles)/).waitFor();
        if (process.env['SHOTS'])
          await page.screenshot({ path: `${process.env['SHOTS']}/alerts-${language}-${width}.png`, fullPage: true });
        const wide = await page.evaluate(() => document.documentElement.scrollWidth);
        if (wide > width) found.push(`${language}: ${wide}`);
        found.push(...(await measureContrast(page)).map((text) => `${language}: ${text}`));
      }
    }
    expect(found).toEqual([]);
  });
});
