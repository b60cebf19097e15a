import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { launchChromium } from '../support/chromium.ts';
import { HoldingProxy } from '../support/holding-proxy.ts';
import { openRealStage, type RealStage } from './real-stage.ts';

let browser: Browser;
let stage: RealStage;
beforeAll(async () => {
  browser = await launchChromium();
  stage = await openRealStage(browser);
});
afterAll(async () => {
  await stage[Symbol.asyncDispose]();
  await browser.close();
});

interface Window {
  page: Page;
  proxy: HoldingProxy;
  /** Lets the page's clock run by a quarter of a second, and then what it asked be answered: the machine's own speed counts for nothing. */
  step: () => Promise<void>;
  close: () => Promise<void>;
}

/** A window on the service through a proxy. */
async function through(way: HoldingProxy['way'], language = 'en-GB'): Promise<Window> {
  const proxy = new HoldingProxy(stage.url, way);
  const url = await proxy.url();
  const page = await stage.window({ path: '/healthz', language });
  const [name = '', value = ''] = stage.domain.cookie.split('=');
  await page.context().addCookies([{ name, value, url }]);
  await page.clock.install();
  const open = new Set<unknown>();
  page.on('request', (request) => (request.url().endsWith('/events') ? undefined : open.add(request)));
  for (const end of ['requestfinished', 'requestfailed'] as const) page.on(end as 'requestfinished', (one) => open.delete(one));
  let steps = 0;
  return {
    page,
    proxy,
    step: async () => {
      if ((steps += 1) % 8 === 0) proxy.cut();
      await page.clock.runFor(250);
      await expect.poll(() => open.size, { timeout: 20_000, interval: 5 }).toBe(0);
    },
    close: async () => {
      await page.context().close();
      await proxy.stop();
    },
  };
}

/** Lets the page's clock run until `there`. */
async function until(
  { step }: Window,
  there: () => Promise<boolean>,
  each: () => Promise<void> = async () => undefined,
): Promise<void> {
  for (let n = 0; !(await there()); n += 1) {
    expect(n).toBeLessThan(400);
    await step();
    await each();
  }
}

const NOTICE = /No live updates: this page is refreshed every 10 seconds\. The proxy holdall\/1\.2 .*proxy_buffering off/;

describe('a proxy that lets everything through but the event stream', () => {
  for (const way of ['hold', 'buffer', 'cut'] as const) {
    test(`${way}: the page reads every 10 s, changes stay on, and the proxy and its setting are named`, async () => {
      const window = await through(way);
      const { page, proxy } = window;
      const waiting = await stage.harness.enrol(stage.domain, `PC-${way}`);
      await page.goto(`${await proxy.url()}/devices`);
      const approve = page.getByRole('article', { name: `PC-${way}` }).getByRole('button', { name: 'Approve' });
      await approve.waitFor();
      const notice = page.getByText(NOTICE);
      const isWell = async (): Promise<void> => {
        expect(await page.getByText('Connection lost').count()).toBe(0);
        expect(await approve.isEnabled()).toBe(true);
      };
      await until(window, async () => (await notice.count()) === 1, isWell);
      const id = await stage.harness.device(stage.domain, `NEW-${way}`);
      const isNoticed = async (): Promise<void> => {
        await isWell();
        expect(await notice.count()).toBe(1);
      };
      await until(window, async () => (await page.locator(`a[href*="${id}"]`).count()) > 0, isNoticed);
      await approve.click();
      await until(window, async () => (await page.locator(`a[href*="${waiting.deviceId}"]`).count()) > 0);
      // The proxy is mended: the next stream lasts.
      proxy.way = 'pass';
      await notice.waitFor({ state: 'detached', timeout: 60_000 });
      await page.getByText('Connection lost').waitFor({ state: 'detached' });
      await window.close();
    });
  }
});

describe('an answer that is not the service’s', () => {
  test('is told as the proxy’s, with what helps there and without a reference', async () => {
    const window = await through('pass');
    const { page, proxy } = window;
    const { deviceId } = await stage.harness.enrol(stage.domain, 'PC-413');
    await page.goto(`${await proxy.url()}/devices`);
    const approve = page.getByRole('article', { name: 'PC-413' }).getByRole('button', { name: 'Approve' });
    await approve.waitFor();
    for (const [status, next] of [
      [413, /client_max_body_size/],
      [502, /cannot reach the service/],
      [200, /sign in/],
    ] as const) {
      proxy.own.set(`POST /api/v1/devices/${deviceId}/approve`, status);
      await approve.click();
      await page.getByText(`The proxy holdall/1.2 answered with HTTP ${status}; the service itself did not.`).waitFor();
      const alert = page.getByRole('alert').filter({ hasText: `HTTP ${status}` });
      expect(await alert.textContent()).toMatch(next);
      expect(await alert.textContent()).not.toMatch(/Reference|correlation/);
      expect(await page.getByText('Connection lost').count()).toBe(0);
    }
    await window.close();
  });

  test('is told in French too, where a whole page is read', async () => {
    const window = await through('pass', 'fr-FR');
    const { page, proxy } = window;
    proxy.own.set('GET /api/v1/session', 502);
    await page.goto(`${await proxy.url()}/devices`);
    const told = page.getByRole('alert').filter({ hasText: 'Le proxy holdall/1.2 a répondu HTTP 502' });
    await until(window, async () => (await told.count()) > 0);
    expect(await told.textContent()).toMatch(/signalez à qui gère le proxy/);
    await window.close();
  });
});
