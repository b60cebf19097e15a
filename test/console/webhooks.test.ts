import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { launchChromium } from '../support/chromium.ts';
import { answerWith, Receiver } from '../support/webhook-receiver.ts';
import { measureContrast } from './contrast.ts';
import { openRealStage, type RealStage } from './real-stage.ts';

let browser: Browser;
beforeAll(async () => {
  browser = await launchChromium();
});
afterAll(() => browser.close());

const open = async (stage: RealStage, path: string, more: { language?: string; width?: number } = {}): Promise<Page> =>
  stage.window({ cookie: await stage.harness.signIn('admin@springfield'), path, ...more });

describe('webhooks', () => {
  test('are added, their secret shown once, tested, watched, tried again, changed and removed', async () => {
    await using stage = await openRealStage(browser, { webhookPrivate: true });
    const receiver = await new Receiver().start();
    const page = await open(stage, '/');
    await page.getByRole('button', { name: 'User admin@springfield' }).click();
    await page.getByRole('menuitem', { name: 'Webhooks' }).click();
    await page.getByText('No webhooks').waitFor();
    await page.getByRole('button', { name: 'Add a webhook' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByRole('textbox', { name: 'Address' }).fill('http://hooks.example.org/');
    await dialog.getByRole('button', { name: 'Add a webhook' }).click();
    await dialog.getByText('Webhooks are not sent to this address.').waitFor();
    await dialog.getByRole('textbox', { name: 'Address' }).fill(receiver.url());
    await dialog.getByLabel('Description').fill('Help desk');
    await dialog.getByRole('button', { name: 'Add a webhook' }).click();
    const secret = (await dialog.getByText(/^whsec_/).textContent()) ?? '';
    // A click beside it must not take the secret away unread.
    await page.mouse.click(5, 500);
    await dialog.getByRole('button', { name: 'I have copied it' }).click();
    await dialog.waitFor({ state: 'detached' });
    expect(await page.content()).not.toContain(secret);

    await page.getByRole('button', { name: 'Send a test' }).click();
    await page.getByText(/The server accepted the test: status 204/).waitFor();
    expect(receiver.received[0]?.body.type).toBe('ping');
    receiver.answer = answerWith(503);
    await page.getByRole('button', { name: 'Send a test' }).click();
    await page.getByText('The test failed: the server refused it (status 503)').waitFor();

    await stage.harness.device(stage.domain, 'SN-1');
    await page.getByRole('button', { name: 'Deliveries' }).click();
    await page.getByText(/the server refused it \(status 503\) · 1 attempt · next attempt/).waitFor();
    receiver.answer = answerWith(200);
    await page.getByRole('button', { name: 'Try now' }).click();
    await page.getByText('status 200 · 2 attempts').waitFor();

    await page.getByRole('button', { name: 'New secret' }).click();
    await dialog.getByRole('button', { name: 'New secret' }).click();
    expect(await dialog.getByText(/^whsec_/).textContent()).not.toBe(secret);
    await dialog.getByRole('button', { name: 'I have copied it' }).click();
    await page.getByText(/Events are also signed with the old secret until/).waitFor();
    await page.getByRole('button', { name: 'Edit' }).click();
    await dialog.getByLabel('Billing').check();
    await dialog.getByRole('button', { name: 'Save' }).click();
    await page.getByText('Devices · Billing · Alerts').waitFor();
    await page.getByRole('button', { name: 'Switch off' }).click();
    await page.getByText(/While it is off, no events are kept for it/).waitFor();
    await page.getByRole('button', { name: 'Remove' }).click();
    await dialog.getByRole('button', { name: 'Remove' }).click();
    await page.getByText('No webhooks').waitFor();
    expect(stage.complaints).toEqual([]);
  });

  test('fit a phone, in French too, with five of them and whatever state they are in', async () => {
    await using stage = await openRealStage(browser, { webhookPrivate: true });
    const { harness, domain } = stage;
    const receiver = await new Receiver().start();
    receiver.answer = answerWith(500);
    const make = async (url: string, body: object = {}): Promise<string> => {
      // They are listed in the order in which they were made.
      harness.now += 1;
      const about = { cookie: domain.cookie, body: { url, types: ['device', 'enrolment', 'billing', 'alert'], ...body } };
      const made = await harness.request('POST', '/api/v1/webhooks', about);
      return (made.json as { webhook: { id: string } }).webhook.id;
    };
    const failing = await make(receiver.url(), { description: 'Centre d’assistance de la commune, avec une longue description' });
    const gone = await make(`${receiver.url()}/${'a-long-path-without-a-break'.repeat(6)}`);
    const off = await make('https://hooks.example.org/off');
    await make('https://hooks.example.org/on');
    await make('https://hooks.example.org/on-too');
    await harness.request('PATCH', `/api/v1/webhooks/${off}`, { cookie: domain.cookie, body: { enabled: false } });
    await harness.device(domain, 'SN-1');
    await expect
      .poll(() => harness.store.reader.all('SELECT failing_since FROM webhooks WHERE id = ? AND failing_since > 0', failing))
      .toHaveLength(1);
    const event = { id: 1, type: 'device', at: harness.now } as const;
    const verdict = { nextTryAt: null, off: 'gone' } as const;
    const tried = { event, result: { status: 410, failure: 'status' } as const, verdict, inTurn: true };
    await harness.store.write('noteWebhookTry', { ...tried, now: harness.now, webhookId: gone });
    for (const [language, width] of [
      ['en-GB', 1280],
      ['fr-FR', 1280],
      ['fr-FR', 390],
    ] as const) {
      const page = await open(stage, '/webhooks', { language, width });
      await page.locator('.rc-card').nth(4).waitFor();
      await page
        .getByRole('button', { name: language === 'fr-FR' ? 'Envois' : 'Deliveries' })
        .first()
        .click();
      await page.locator('.rc-commands li').first().waitFor();
      const wide = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
      expect([language, width, wide]).toEqual([language, width, 0]);
      expect(await measureContrast(page)).toEqual([]);
      await page.close();
    }
    expect(stage.complaints).toEqual([]);
  });
});
