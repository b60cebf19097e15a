import type { Browser, BrowserContext, CDPSession, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { seedDomains } from '../bench/load/domains.ts';
import { launchChromium } from '../support/chromium.ts';
import { openRealStage } from './real-stage.ts';
import { labelsOf, openStage } from './stage.ts';

const DEVICES = 100_000;
const SLOWER = 4;
const MOST_MS = 1500;
/** Other work on the machine makes a try slower, nothing makes one faster: the best of them is the page's own. */
const TRIES = 10;

let browser: Browser;
beforeAll(async () => {
  browser = await launchChromium();
}, 180_000);
afterAll(async () => browser.close());

async function slowed(context: BrowserContext, page: Page): Promise<CDPSession> {
  const session = await context.newCDPSession(page);
  await session.send('Emulation.setCPUThrottlingRate', { rate: SLOWER });
  await session.send('Performance.enable', { timeDomain: 'threadTicks' });
  return session;
}

/** Milliseconds from the beginning of a navigation until rows are painted and the search has taken a letter. */
async function usableAfter(page: Page, url: string): Promise<number> {
  await page.goto(url, { waitUntil: 'commit' });
  return page.evaluate(
    async () =>
      new Promise<number>((resolve) => {
        const look = (): void => {
          const search = document.querySelector<HTMLInputElement>('.rc-search input');
          if (search === null || document.querySelectorAll('.rc-devices .rc-row-link').length < 5)
            return void requestAnimationFrame(look);
          search.focus();
          document.execCommand('insertText', false, 'r');
          requestAnimationFrame(() => setTimeout(() => resolve(search.value === 'r' ? performance.now() : Infinity)));
        };
        look();
      }),
  );
}

test(
  `Devices is usable within 1.5 s on a processor slowed ${SLOWER} times, with ${DEVICES} devices in the database`,
  { timeout: 180_000 },
  async () => {
    await using stage = await openRealStage(browser);
    const [{ file } = { file: '' }] = stage.harness.store.reader.all<{ file: string }>(
      "SELECT file FROM pragma_database_list WHERE name = 'main'",
    );
    seedDomains(file, [{ name: stage.domain.name, devices: DEVICES }]);
    const first = await stage.window({ cookie: stage.domain.cookie, path: '/devices' });
    await first.locator('.rc-devices .rc-row-link').nth(4).waitFor();
    const context = first.context();
    const tries: { wall: number; busy: number }[] = [];
    const best = (): number => Math.min(...tries.map(({ busy }) => busy));
    while (tries.length < TRIES && best() > MOST_MS) {
      const page = await context.newPage();
      const session = await slowed(context, page);
      const wall = await usableAfter(page, `${stage.url}/devices`);
      const { metrics } = await session.send('Performance.getMetrics');
      const busy = metrics.find(({ name }) => name === 'ThreadTime')?.value ?? Infinity;
      tries.push({ wall: Math.round(wall), busy: Math.round(busy * 1000) });
      await page.close();
    }
    console.info(`usable after ${tries.map(({ wall, busy }) => `${wall} ms (page busy ${busy})`).join(', ')}`);
    // What the page itself took of the processor: the clock on the wall also counts what else runs on this machine.
    expect(best()).toBeLessThanOrEqual(MOST_MS);
  },
);

test('60 updates a second are all shown, and no row is dropped or moves meanwhile', { timeout: 60_000 }, async () => {
  await using stage = await openStage(browser, { devices: 1000, path: '/devices?status=online' });
  const { page, service } = stage;
  await page.locator('.rc-devices .rc-row-link').nth(4).waitFor();
  await page.mouse.move(640, 700);
  const before = await labelsOf(page);
  const devices = [...service.state.devices.values()].filter(({ label }) => before.slice(0, 8).includes(label));
  const last = new Map<string, string>();
  await page.evaluate(() => {
    const drawn = (): string[] => [...document.querySelectorAll('.rc-devices .rc-row-link')].map((row) => row.textContent ?? '');
    const start = drawn().join();
    const seen = { moved: 0 };
    Object.assign(window, { seen });
    new MutationObserver(() => {
      if (drawn().join() !== start) seen.moved += 1;
    }).observe(document.body, { childList: true, subtree: true, characterData: true });
  });
  for (let n = 0; n < 300; n += 1) {
    const device = devices[n % devices.length];
    if (device === undefined) throw new Error('no device');
    const firmware = `9.${n}`;
    last.set(device.label, firmware);
    service.push('device', { device: { ...device, firmware, status: n % 3 === 0 ? 'late' : 'online' } });
    await page.evaluate(() => new Promise((resolve) => requestAnimationFrame(resolve)));
  }
  for (const [label, firmware] of last)
    await page
      .getByRole('row')
      .filter({ has: page.getByRole('link', { name: label, exact: true }) })
      .getByText(firmware, { exact: true })
      .waitFor();
  expect(await page.evaluate(() => (window as unknown as { seen: { moved: number } }).seen.moved)).toBe(0);
  expect(last.size).toBe(8);
  expect(await labelsOf(page)).toEqual(before);
  expect(stage.complaints).toEqual([]);
});
