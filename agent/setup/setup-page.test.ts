import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { launchChromium } from '../../test/support/chromium.ts';
import { Place } from '../support/agent-process.ts';
import { FakeService, pending, rejected } from '../support/fake-service.ts';

let browser: Browser;
beforeAll(async () => {
  browser = await launchChromium();
});
afterAll(async () => browser.close());

async function openPage(locale: string): Promise<{ page: Page; service: FakeService }> {
  const service = await FakeService.start();
  const place = new Place({ ROLLCALL_URL: service.url, ROLLCALL_SETUP_PORT: '0' });
  const context = await browser.newContext({ locale, viewport: { width: 1920, height: 1080 } });
  onTestFinished(() => context.close());
  context.setDefaultTimeout(120_000);
  const agent = place.start(['run', '--json']);
  const page = await context.newPage();
  page.on('pageerror', (error) => {
    throw error;
  });
  await page.goto(String((await agent.event('setup-page'))['url']));
  return { page, service };
}

const type = async (page: Page, text: string): Promise<void> => {
  for (const key of text) await page.getByRole('button', { name: key, exact: true }).click();
};

test('[E11] an installer types on the page’s own keys, in French, sees why not, and gets in', async () => {
  const { page, service } = await openPage('fr-FR');
  await page.getByRole('heading', { name: 'Inscrire cet écran' }).waitFor();
  const heights = await page
    .getByRole('button')
    .evaluateAll((buttons) => buttons.map((button) => button.getBoundingClientRect()));
  expect(Math.min(...heights.map(({ height, width }) => Math.min(height, width)))).toBeGreaterThanOrEqual(64);
  expect(Math.min(...heights.map(({ top }) => top))).toBeGreaterThanOrEqual(1080 / 3);
  service.behaviour.onProof = rejected('pairing-code-wrong');
  await page.getByRole('textbox', { name: 'Domaine' }).fill('Victor-Hugo');
  await page.getByText('que des lettres a–z et des chiffres 0–9').waitFor();
  expect(await page.getByRole('button', { name: 'Continuer' }).isDisabled()).toBe(true);
  await page.getByRole('textbox', { name: 'Domaine' }).fill('');
  await type(page, 'springfield');
  await page.getByRole('button', { name: 'Continuer' }).click();
  await page.getByText('Code incorrect.').waitFor();
  service.behaviour.onProof = rejected('enrolled-elsewhere', { retryAfterS: 60 });
  await type(page, 'AB12');
  await page.getByRole('button', { name: 'Continuer' }).click();
  await page.getByText("Un autre domaine doit d'abord le désinscrire.").waitFor();
  service.behaviour.onProof = 'accept';
  await page.getByRole('button', { name: 'Réessayer' }).click();
  await page.getByText('Inscrit dans springfield').waitFor();
  await page.getByText('365 crédits attribués').waitFor();
  expect(await page.getByRole('button').allTextContents()).toEqual(['EN', 'FR']);
});

test('[E6] who waits sees the check code and a QR to its approval, and may type another domain', async () => {
  const { page, service } = await openPage('en-GB');
  service.behaviour.onProof = pending('awaiting-approval', 30);
  await type(page, 'mistyped');
  await page.getByRole('button', { name: 'Continue' }).click();
  await page.getByRole('heading', { name: 'Waiting for approval in mistyped' }).waitFor();
  expect(await page.locator('.check').textContent()).toMatch(/^[B-Z]{4}-[B-Z]{4}$/);
  await page.getByRole('img', { name: 'An admin scans this to approve the display.' }).waitFor();
  await page.getByRole('button', { name: 'Another domain' }).click();
  await page.getByRole('textbox', { name: 'Domain' }).waitFor();
});
