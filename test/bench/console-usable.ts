/**
 * `console-usable`: how soon Devices can be used in a real browser on a processor slowed four times, with 100,000 devices in the
 * database, beside the 1.5 s that an admin on a slow tablet is promised.
 */
import type { BrowserContext, Page } from 'playwright-core';
import { openRealStage } from '../console/real-stage.ts';
import { launchChromium } from '../support/chromium.ts';
import type { Size } from './measure.ts';
import { seedDomains } from './load/domains.ts';
import type { Comparison, Pair } from './measure.ts';

const SLOWER = 4;
const MAX_MS = 1500;
const SCALES = { full: { devices: 100_000, tries: 10 }, smoke: { devices: 500, tries: 1 } };

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

/** One visit in milliseconds: by the clock on the wall, and of the page's own thread, which other work on the machine does not slow. */
async function visit(context: BrowserContext, url: string): Promise<{ wallMs: number; busyMs: number }> {
  const page = await context.newPage();
  const session = await context.newCDPSession(page);
  await session.send('Emulation.setCPUThrottlingRate', { rate: SLOWER });
  await session.send('Performance.enable', { timeDomain: 'threadTicks' });
  const wallMs = await usableAfter(page, url);
  const { metrics } = await session.send('Performance.getMetrics');
  await page.close();
  return { wallMs, busyMs: 1000 * (metrics.find(({ name }) => name === 'ThreadTime')?.value ?? Infinity) };
}

export async function consoleUsable(size: Size): Promise<Comparison[]> {
  const { devices, tries } = SCALES[size];
  const browser = await launchChromium();
  try {
    await using stage = await openRealStage(browser);
    const [{ file } = { file: '' }] = await stage.harness.store.reader.all<{ file: string }>(
      "SELECT file FROM pragma_database_list WHERE name = 'main'",
    );
    seedDomains(file, [{ name: stage.domain.name, devices }]);
    const first = await stage.window({ cookie: stage.domain.cookie, path: '/devices' });
    await first.locator('.rc-devices .rc-row-link').nth(4).waitFor();
    const wall: Pair[] = [];
    const busy: Pair[] = [];
    for (let n = 0; n < tries; n += 1) {
      const { wallMs, busyMs } = await visit(first.context(), `${stage.url}/devices`);
      wall.push({ ours: wallMs, other: MAX_MS });
      busy.push({ ours: busyMs, other: MAX_MS });
    }
    const about = {
      bench: 'console-usable',
      unit: 'ms',
      bound: { atMost: 1 },
      note: `${devices} devices, slowed ${SLOWER} times`,
    };
    return [
      { ...about, figure: 'Devices usable, by the clock', pairs: wall },
      { ...about, figure: "Devices usable, the page's own work", pairs: busy },
    ];
  } finally {
    await browser.close();
  }
}
