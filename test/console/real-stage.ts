import type { Browser, BrowserContext, Page } from 'playwright-core';
import { openHarness, type Harness, type HarnessOptions, type TestDomain } from '../../cloud-broker/service/testing/harness.ts';
import { Crew } from '../../cloud-broker/service/testing/users.ts';
import { builtConsole } from './built-console.ts';

/** The built console on the real HTTP server and store: what the mock cannot promise. */
export interface RealStage extends AsyncDisposable {
  harness: Harness;
  crew: Crew;
  url: string;
  domain: TestDomain;
  /** A window of its own, signed in with `cookie` where there is one. */
  window: (options?: { cookie?: string; path?: string; language?: string; width?: number }) => Promise<Page>;
  /** Script errors and refusals of the Content-Security-Policy, of all windows. */
  complaints: string[];
}

async function signedIn(context: BrowserContext, url: string, cookie: string): Promise<void> {
  const at = cookie.indexOf('=');
  await context.addCookies([{ name: cookie.slice(0, at), value: cookie.slice(at + 1), url }]);
}

/** Opens a service with the domain `springfield`, listening on a free port of loopback. */
export async function openRealStage(browser: Browser, options: HarnessOptions = {}): Promise<RealStage> {
  const harness = await openHarness({ ...options, consoleFolder: await builtConsole() });
  harness.now = Date.now();
  const url = await harness.app.listen({ port: 0, host: '127.0.0.1' });
  const domain = await harness.domain('springfield');
  const contexts: BrowserContext[] = [];
  const complaints: string[] = [];
  return {
    harness,
    crew: new Crew(harness),
    url,
    domain,
    complaints,
    window: async ({ cookie, path = '/', language = 'en-GB', width = 1280 } = {}) => {
      const context = await browser.newContext({ viewport: { width, height: 900 }, locale: language });
      contexts.push(context);
      context.setDefaultTimeout(120_000);
      if (cookie !== undefined) await signedIn(context, url, cookie);
      const page = await context.newPage();
      page.on('pageerror', (error) => complaints.push(error.message));
      page.on('console', (message) => {
        if (message.type() === 'error' && !message.text().startsWith('Failed to load resource')) complaints.push(message.text());
      });
      await page.goto(`${url}${path}`);
      return page;
    },
    [Symbol.asyncDispose]: async () => {
      for (const context of contexts) await context.close();
      await harness.close();
    },
  };
}
