import type { Browser, BrowserContext, Page } from 'playwright-core';
import { builtConsole } from './built-console.ts';
import { MockService } from './mock-service.ts';
import { PASSWORD } from './mock-state.ts';
import type { MockOptions } from './mock-state.ts';

export interface StageOptions extends MockOptions {
  path?: string;
  language?: string;
  scheme?: 'light' | 'dark';
  width?: number;
  signedIn?: boolean;
  /** What to arrange in the service before the page opens. */
  before?: (service: MockService) => void;
}

/** A service, a browser window on it, and all that the browser complained of. */
export interface Stage extends AsyncDisposable {
  service: MockService;
  page: Page;
  /** Script errors and refusals of the Content-Security-Policy. */
  complaints: string[];
}

function listen(page: Page, complaints: string[]): void {
  page.on('pageerror', (error) => complaints.push(error.message));
  page.on('console', (message) => {
    // Refused calls and a dead service are part of the play; the browser logs them by itself.
    if (message.type() === 'error' && !message.text().startsWith('Failed to load resource')) complaints.push(message.text());
  });
}

async function signIn(context: BrowserContext, service: MockService): Promise<void> {
  await context.request.post(`${service.url}/api/v1/session`, { data: { user: 'admin@springfield', password: PASSWORD } });
}

/** Opens the built console on a mock service of its own, in a fresh profile. */
export async function openStage(browser: Browser, options: StageOptions): Promise<Stage> {
  const service = new MockService(await builtConsole(), options);
  await service.start();
  options.before?.(service);
  const context = await browser.newContext({
    viewport: { width: options.width ?? 1280, height: 900 },
    locale: options.language ?? 'en-GB',
    colorScheme: options.scheme ?? 'light',
  });
  context.setDefaultTimeout(120_000);
  if (options.signedIn !== false) await signIn(context, service);
  const page = await context.newPage();
  const complaints: string[] = [];
  listen(page, complaints);
  await page.goto(`${service.url}${options.path ?? '/'}`);
  return {
    service,
    page,
    complaints,
    [Symbol.asyncDispose]: async () => {
      await context.close();
      await service.stop();
    },
  };
}

/** The labels of the rows in view, top to bottom. */
export const labelsOf = (page: Page): Promise<string[]> => page.locator('.rc-devices .rc-row-link').allTextContents();

/** The path and query of the page's address. */
export const addressOf = (page: Page): string => page.url().slice(new URL(page.url()).origin.length);
