import type { AddressInfo } from 'node:net';
import { base32 } from '@better-auth/utils/base32';
import { createOTP } from '@better-auth/utils/otp';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openHarness, type Harness } from '../../cloud-broker/service/testing/harness.ts';
import { Visitor } from '../../cloud-broker/service/testing/visitor.ts';
import { builtConsole } from '../console/built-console.ts';
import { measureContrast } from '../console/contrast.ts';
import { launchChromium } from '../support/chromium.ts';

const PASSWORD = 'un mot de passe assez long';

/** The real API and console, and the outbox as a mailbox: sign-up to signed-in, as the help page describes it. */
describe('from sign-up to Devices, in a browser', () => {
  let browser: Browser;
  let harness: Harness;
  let visitor: Visitor;
  let origin: string;
  const complaints: string[] = [];

  beforeAll(async () => {
    harness = await openHarness({ consoleFolder: await builtConsole() });
    harness.now = Date.now();
    await harness.app.listen({ port: 0, host: '127.0.0.1' });
    origin = `http://127.0.0.1:${(harness.app.server.address() as AddressInfo).port}`;
    visitor = new Visitor(harness, origin);
    browser = await launchChromium();
  });
  afterAll(async () => {
    await browser.close();
    await harness.close();
  });

  async function open(path: string, locale = 'fr-FR'): Promise<Page> {
    const context = await browser.newContext({ locale });
    context.setDefaultTimeout(120_000);
    const page = await context.newPage();
    page.on('pageerror', (error) => complaints.push(error.message));
    page.on('console', (message) => {
      if (message.type() === 'error' && !message.text().startsWith('Failed to load resource')) complaints.push(message.text());
    });
    await page.goto(`${origin}${path}`);
    return page;
  }

  const field = (page: Page, name: string | RegExp) => page.getByRole('textbox', { name });
  const click = async (page: Page, name: string): Promise<void> => page.getByRole('button', { name, exact: true }).click();
  const heading = async (page: Page, name: string): Promise<void> =>
    page.getByRole('heading', { name, level: 1, exact: true }).waitFor();

  test('[D1] [D2] steps 1 to 7 of the help page, in French, and the person is signed in', async () => {
    await harness.domain('shelbyville');
    const page = await open('/');
    await page.getByRole('link', { name: 'Inscrivez-vous' }).click();
    await heading(page, 'Créer un compte');
    await field(page, 'Nom du compte').fill('shelbyville');
    await page.getByText('Ce nom est déjà pris.').waitFor();
    await field(page, 'Nom du compte').fill('École');
    await page.getByText('Un nom doit comporter de 3 à 32 lettres minuscules ou chiffres.').waitFor();
    await field(page, 'Nom du compte').fill('Springfield');
    await page.getByText('Votre nom d’utilisateur sera admin@springfield.').waitFor();
    await click(page, 'Continuer');
    await page.getByText('Cette adresse e-mail n’est pas valide.').waitFor();
    await field(page, 'E-mail').fill('marge@springfield.example');
    await field(page, 'Mot de passe').fill(PASSWORD);
    await click(page, 'Continuer');

    await heading(page, 'Ajouter plus d’informations');
    await field(page, 'Nom de l’organisme').fill('Écoles de Springfield');
    await field(page, 'Nom du contact').fill('Marge Simpson');
    await field(page, 'Numéro de téléphone').fill('+33 1 23 45 67 89');
    await click(page, 'Créer un compte');
    await heading(page, 'Consultez vos e-mails');
    await page.getByText('marge@springfield.example').waitFor();
    const mail = 'marge@springfield.example';
    const [first, firstToken] = [await visitor.newestTo(mail), await visitor.tokenTo(mail)];
    expect(await visitor.mailsTo(mail)).toMatchObject([{ template: 'activation', language: 'fr' }]);
    await click(page, 'Envoyer à nouveau');
    await page.getByText('Seul le lien le plus récent est valable.').waitFor();
    await expect.poll(async () => visitor.newestTo(mail)).toBeGreaterThan(first);

    const old = await open(`/activate#token=${firstToken}`);
    await old.getByText("Ce lien n'est plus valable.").waitFor();

    // A mail filter opens the link in a browser of its own and runs its scripts.
    const link = `/activate#token=${await visitor.tokenTo(mail)}`;
    const filter = await open(link, 'en-GB');
    await filter.getByText('Domain springfield of Écoles de Springfield.').waitFor();
    expect(await harness.operator.showDomain('springfield')).toMatchObject({ status: 'unconfirmed' });

    const opened = await open(link);
    await field(opened, 'Mot de passe choisi').fill('un autre mot de passe');
    await click(opened, 'Activer');
    await opened.getByText('Le mot de passe est incorrect.').waitFor();
    expect(await harness.operator.showDomain('springfield')).toMatchObject({ status: 'unconfirmed' });
    await field(opened, 'Mot de passe choisi').fill(PASSWORD);
    await click(opened, 'Activer');
    await heading(opened, 'Appareils');
    expect(opened.url()).toBe(`${origin}/devices`);
    expect(await opened.locator('header').textContent()).toContain('springfieldÉvaluation');
    expect(complaints).toEqual([]);
  });

  test('[D6] a forgotten password, and the second factor set up and asked for, in French', async () => {
    await harness.domain('ogdenville');
    const page = await open('/');
    await page.getByRole('link', { name: 'Mot de passe oublié' }).click();
    await field(page, /Nom d’utilisateur/).fill('admin@ogdenville');
    await click(page, 'Envoyer le lien');
    await heading(page, 'Consultez vos e-mails');
    await expect.poll(async () => visitor.newestTo('ogdenville@example.org')).toBeGreaterThan(0);
    await page.goto(`${origin}/reset#token=${await visitor.tokenTo('ogdenville@example.org')}`);
    await page.getByText('Choisissez un nouveau mot de passe pour admin@ogdenville.').waitFor();
    await field(page, 'Nouveau mot de passe').fill('ogdenville1');
    await click(page, 'Réinitialiser le mot de passe');
    await page.getByText('Ce mot de passe est trop facile à deviner.').waitFor();
    await field(page, 'Nouveau mot de passe').fill(PASSWORD);
    await click(page, 'Réinitialiser le mot de passe');
    await page.getByText('Le mot de passe a été modifié.').waitFor();
    await page.getByRole('link', { name: 'Se connecter' }).click();
    await field(page, /Nom d’utilisateur/).fill('admin@ogdenville');
    await field(page, 'Mot de passe').fill(PASSWORD);
    await click(page, 'Se connecter');
    await heading(page, 'Appareils');

    await page.getByRole('button', { name: 'Utilisateur admin@ogdenville' }).click();
    await page.getByRole('menuitem', { name: 'Votre compte' }).click();
    await click(page, 'Configurer');
    await page.getByRole('textbox', { name: 'Mot de passe actuel' }).last().fill(PASSWORD);
    await click(page, 'Continuer');
    await page.getByRole('img', { name: 'Code QR' }).waitFor();
    const secret = (await page.locator('.rc-qr code').textContent()) ?? '';
    const codeOf = async (steps: number): Promise<string> =>
      createOTP(base32.decode(secret)).hotp(Math.floor(harness.now / 30_000) + steps);
    await field(page, 'Code de l’application').fill(await codeOf(0));
    await click(page, 'Activer');
    await page.getByText('La connexion demande un code de votre application.').waitFor();

    await page.context().clearCookies();
    await page.goto(`${origin}/`);
    await field(page, /Nom d’utilisateur/).fill('admin@ogdenville');
    await field(page, 'Mot de passe').fill(PASSWORD);
    await click(page, 'Se connecter');
    await field(page, /Code de l’application/).fill(await codeOf(0));
    await click(page, 'Se connecter');
    await page.getByText("Ce code n'est pas valide.").waitFor();
    await field(page, /Code de l’application/).fill(await codeOf(1));
    await click(page, 'Se connecter');
    await heading(page, 'Appareils');
    expect(complaints).toEqual([]);
  });

  test('its pages keep AA contrast and fit a phone, light and dark, in both languages', async () => {
    const { cookie } = await harness.domain('capitalcity');
    const [name = '', value = ''] = cookie.split(/=(.*)/s);
    const weak: string[] = [];
    for (const [locale, colorScheme] of [
      ['fr-FR', 'light'],
      ['en-GB', 'dark'],
    ] as const) {
      const context = await browser.newContext({ locale, colorScheme, viewport: { width: 390, height: 800 } });
      await context.addCookies([{ name, value, url: origin }]);
      const page = await context.newPage();
      for (const path of ['/sign-up', '/forgot', '/activate#token=x', '/reset#token=x', '/account']) {
        await page.goto('about:blank');
        await page.goto(`${origin}${path}`);
        await page.getByRole('heading', { level: 1 }).waitFor();
        if (path.includes('#')) await page.getByRole('alert').waitFor();
        weak.push(...(await measureContrast(page)).map((text) => `${locale} ${path}: ${text}`));
        const width = await page.evaluate(() => document.documentElement.scrollWidth);
        if (width > 390) weak.push(`${locale} ${path} is ${width} wide`);
      }
      await context.close();
    }
    expect(weak).toEqual([]);
  });
});
