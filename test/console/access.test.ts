import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ORIGIN, PASSWORD } from '../../cloud-broker/service/testing/harness.ts';
import { OwnAccess } from '../../cloud-broker/service/testing/own-access.ts';
import { Visitor } from '../../cloud-broker/service/testing/visitor.ts';
import { launchChromium } from '../support/chromium.ts';
import { openRealStage } from './real-stage.ts';

describe('access', () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await launchChromium();
  });
  afterAll(() => browser.close());

  test('[D6] after many wrong codes the page says when the next one can be tried', async () => {
    await using stage = await openRealStage(browser);
    const own = new OwnAccess(stage.harness, new Visitor(stage.harness, ORIGIN));
    await own.withSecondFactor('guessed');
    for (let n = 0; n < 10; n += 1) await own.signIn('admin@guessed', PASSWORD, { code: `${100_000 + n}` });
    const page = await stage.window({ language: 'fr-FR' });
    await page.locator('input[name="username"]').fill('admin@guessed');
    await page.locator('input[type="password"]').fill(PASSWORD);
    await page.getByRole('button', { name: 'Se connecter' }).click();
    await page.locator('input[name="code"]').fill('123456');
    await page.getByRole('button', { name: 'Se connecter', exact: true }).click();
    const alert = page.getByRole('alert');
    await alert.getByText('Trop de codes erronés.').waitFor();
    expect(await alert.textContent()).toMatch(/dans 1\s?min/);
    expect(stage.complaints).toEqual([]);
  });

  test('[D6] a user is invited at an e-mail of any language, which is shown as it was typed', async () => {
    await using stage = await openRealStage(browser);
    const page = await stage.window({ cookie: stage.domain.cookie, path: '/users' });
    await page.getByRole('button', { name: 'Invite a user' }).first().click();
    const dialog = page.getByRole('dialog');
    await dialog.getByRole('textbox', { name: 'User name' }).fill('jurgen');
    const email = dialog.getByRole('textbox', { name: 'E-mail' });
    await email.fill('jürgen@müller');
    await email.blur();
    await dialog.getByText('This is not a valid e-mail address.').waitFor();
    await email.fill('jürgen@müller.example');
    await dialog.getByRole('button', { name: 'Send invitation' }).click();
    await page.getByText('jürgen@müller.example').waitFor();
    expect(await stage.crew.visitor.mailsTo('jürgen@xn--mller-kva.example')).toHaveLength(1);
    expect(stage.complaints).toEqual([]);
  });
});
