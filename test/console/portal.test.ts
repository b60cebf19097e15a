import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { PASSWORD } from '../../cloud-broker/service/testing/harness.ts';
import { PortalCrew } from '../../cloud-broker/service/testing/portal.ts';
import { launchChromium } from '../support/chromium.ts';
import { measureContrast } from './contrast.ts';
import { openRealStage } from './real-stage.ts';

let browser: Browser;
beforeAll(async () => {
  browser = await launchChromium();
});
afterAll(async () => browser.close());

const field = (page: Page, name: string | RegExp) => page.getByRole('textbox', { name });
const click = async (page: Page, name: string): Promise<void> => page.getByRole('button', { name, exact: true }).click();
const heading = async (page: Page, name: string): Promise<void> =>
  page.getByRole('heading', { name, level: 1, exact: true }).waitFor();

describe('the Admin Portal', () => {
  test('[K3] [D2] “Pour revendiquer une clé produit”: from the free account to the key, and used in Billing', async () => {
    await using stage = await openRealStage(browser);
    const crew = new PortalCrew(stage.harness);
    const { code, invoice } = await crew.code({ boards: 3, credits: 365 });
    const page = await stage.window({ language: 'fr-FR' });
    await page.getByRole('link', { name: 'Rollcall Admin Portal' }).click();
    await page.getByRole('link', { name: 'Ouvrir un compte gratuit' }).click();
    await heading(page, 'Créer un compte');
    await field(page, 'Votre nom').fill('Marge Simpson');
    await field(page, 'Nom de l’organisme').fill('Écoles de Springfield');
    await field(page, 'E-mail').fill('marge@springfield.example');
    await field(page, 'Mot de passe').fill(PASSWORD);
    await click(page, 'Créer un compte');
    await heading(page, 'Consultez vos e-mails');

    // A mail filter opens the link in a browser of its own and runs its scripts: nothing comes of it.
    const link = `/portal/activate#token=${await crew.visitor.tokenTo('marge@springfield.example')}`;
    const filter = await stage.window({ path: link });
    await filter.getByText('Admin Portal account of Marge Simpson').waitFor();
    expect(await crew.signIn('marge@springfield.example')).toBe('');
    await page.goto(`${stage.url}${link}`);
    await field(page, 'Mot de passe choisi à l’inscription').fill(PASSWORD);
    await click(page, 'Activer');
    await page.getByText('Aucun abonnement pour l’instant').waitFor();
    expect(page.url()).toBe(`${stage.url}/portal/subscriptions`);

    await click(page, 'Utiliser un code de revendication');
    await field(page, 'Code de revendication').fill('QT0X-F0BH');
    await click(page, 'Continuer');
    await page.getByText('Erreur de saisie dans ce code.').waitFor();
    await field(page, 'Code de revendication').fill(code.toLowerCase().replaceAll('-', ' '));
    await click(page, 'Continuer');
    await page.getByText('À revendiquer avant le').waitFor();
    await click(page, 'Revendiquer');
    await page.getByText('Revendiqué pour Écoles de Springfield.').waitFor();
    await page.getByRole('dialog').getByRole('button', { name: 'Fermer' }).last().click();
    const card = page.locator('.rc-subscription');
    await card.getByText('pas encore utilisée').waitFor();
    expect(await card.textContent()).toContain(`Facture ${invoice}`);
    await card.getByRole('button', { name: `Numéros de série de ${invoice}` }).click();
    await card.getByText(`${invoice}-3`).waitFor();
    await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
    await click(page, 'Copier');
    const key = await page.evaluate(() => navigator.clipboard.readText());
    expect(key).toBe(await card.locator('.rc-code').textContent());

    const pin = { cookie: stage.domain.cookie, body: { pin: key } };
    expect((await stage.harness.request('POST', '/api/v1/billing/redeem', pin)).status).toBe(200);
    await page.reload();
    await card.getByText('utilisée le').waitFor();
    expect(await card.textContent()).not.toContain('springfield');
    await page.getByRole('button', { name: 'Utilisateur marge@springfield.example' }).click();
    await page.getByRole('menuitem', { name: 'Se déconnecter' }).click();
    await field(page, 'E-mail').waitFor();
    expect(stage.complaints).toEqual([]);
  });

  test('[K4] too late is an activation error with what to do; taken by another says whom to ask', async () => {
    await using stage = await openRealStage(browser);
    const crew = new PortalCrew(stage.harness);
    const [marge, monty] = [await crew.person('marge'), await crew.person('monty')];
    const old = await crew.code({ daysAgo: 400 });
    const taken = await crew.code();
    await crew.call(monty.cookie, 'POST', '/claims', { code: taken.code });
    const page = await stage.window({ cookie: marge.cookie, path: '/portal' });
    for (const [code, sentence, next] of [
      [old.code, 'Activation error: not claimed within a year of purchase.', 'Buy a standalone licence.'],
      [taken.code, 'This claim code has already been used.', 'Contact support.'],
    ] as const) {
      await click(page, 'Use a claim code');
      await field(page, 'Claim code').fill(code);
      await click(page, 'Continue');
      await page.getByText(sentence).waitFor();
      await page.getByText(next).waitFor();
      await click(page, 'Cancel');
    }
    expect(stage.complaints).toEqual([]);
  });

  test('[K3] an organisation’s members: invited by mail, joined, lowered and removed; the last admin stays', async () => {
    await using stage = await openRealStage(browser);
    const crew = new PortalCrew(stage.harness);
    const marge = await crew.person('marge', 'Springfield schools');
    const page = await stage.window({ cookie: marge.cookie, path: '/portal/organization' });
    await field(page, 'E-mail').fill('lisa@example.org');
    await click(page, 'Invite');
    await page.getByText('An invitation is on its way to lisa@example.org.').waitFor();
    const lisa = await stage.window({ path: `/portal/invitation#token=${await crew.visitor.tokenTo('lisa@example.org')}` });
    await lisa.getByText('marge@example.org has invited you to Springfield schools').waitFor();
    await field(lisa, 'Your name').fill('Lisa Simpson');
    await field(lisa, 'Choose a password').fill(PASSWORD);
    await click(lisa, 'Join');
    await heading(lisa, 'Subscriptions');
    await lisa.getByRole('link', { name: 'Organization' }).click();
    await lisa.getByText('Only admins can invite and change members.').waitFor();
    expect(await lisa.getByRole('button', { name: 'Remove' }).count()).toBe(0);

    await page.reload();
    await click(page, 'Leave');
    await page.getByRole('dialog').getByRole('button', { name: 'Leave' }).click();
    await page.getByText('The last admin of the organization can neither be removed nor given a lower role.').waitFor();
    await click(page, 'Cancel');
    await click(page, 'Remove Lisa Simpson');
    await page.getByRole('dialog').getByRole('button', { name: 'Remove' }).click();
    await page.getByText('Lisa Simpson', { exact: true }).waitFor({ state: 'detached' });
    await lisa.reload();
    await lisa.getByText('You do not belong to an organization.').waitFor();
    expect(stage.complaints).toEqual([]);
  });

  test('its pages keep AA contrast and fit a phone, in both languages', async () => {
    await using stage = await openRealStage(browser);
    const crew = new PortalCrew(stage.harness);
    const { cookie } = await crew.person('marge', 'Springfield Elementary Schools and Kindergartens');
    await crew.call(cookie, 'POST', '/claims', { code: (await crew.code({ lines: [{}, { model: 'MX-86' }] })).code });
    const weak: string[] = [];
    const open = ['/portal', '/portal/sign-up', '/portal/forgot', '/portal/reset#token=x', '/portal/invitation#token=x'];
    for (const language of ['en-GB', 'fr-FR'])
      for (const { paths, ...as } of [{ paths: open }, { paths: ['/portal/subscriptions', '/portal/organization'], cookie }]) {
        const page = await stage.window({ ...as, path: '/healthz', language, width: 390 });
        for (const path of paths) {
          await page.goto(`${stage.url}${path}`);
          await page.getByRole('heading', { level: 1 }).waitFor();
          if (path.includes('#')) await page.getByRole('alert').waitFor();
          if ('cookie' in as) await page.getByText('Springfield Elementary').first().waitFor();
          weak.push(...(await measureContrast(page)).map((text) => `${language} ${path}: ${text}`));
          const width = await page.evaluate(() => document.documentElement.scrollWidth);
          if (width > 390) weak.push(`${language} ${path} is ${width} wide`);
        }
        await page.close();
      }
    expect(weak).toEqual([]);
  });
});
