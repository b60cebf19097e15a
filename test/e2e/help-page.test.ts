/**
 * The help page that the product began from (docs: "Créer et activer un compte de domaine"), walked through step by step in a real browser, in
 * French, against the real service, with a real SMTP server taking the mails and a real agent on the display.
 */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { launchChromium } from '../support/chromium.ts';
import { newDisplay } from '../support/display.ts';
import { linkOf, startMailServer, type MailServer } from '../support/mail-server.ts';
import { TestService } from '../support/service.ts';

const PASSWORD = 'un mot de passe assez long';
const OWNER = 'marge@springfield.example';
const PORTAL = 'seymour@springfield.example';
const BUYER = 'achats@springfield.example';

interface Stage {
  service: TestService;
  mails: MailServer;
  context: BrowserContext;
  page: Page;
}

async function startStage(browser: Browser): Promise<Stage> {
  const mails = await startMailServer();
  const service = await TestService.start({ environment: { ROLLCALL_SMTP_URL: mails.url } });
  const context = await browser.newContext({ locale: 'fr-FR', viewport: { width: 1280, height: 900 } });
  await context.grantPermissions(['clipboard-read', 'clipboard-write']);
  context.setDefaultTimeout(120_000);
  return { service, mails, context, page: await context.newPage() };
}

const field = (page: Page, name: string | RegExp) => page.getByRole('textbox', { name });
const click = async (page: Page, name: string): Promise<void> => page.getByRole('button', { name, exact: true }).click();
const heading = async (page: Page, name: string | RegExp): Promise<void> =>
  page.getByRole('heading', { name, level: 1 }).waitFor();

async function importRegister(service: TestService): Promise<void> {
  const file = join(service.folder, 'boards.csv');
  const lines = [
    'serial,model,factoryPublicKey,invoice,purchasedOn,credits,fulfilment',
    'SIM-HELP,MX-65,,INV-1,2026-09-01,1095,on-enrolment',
    'PK-1,MX-75,,INV-2,2026-09-01,1095,product-key',
    'PK-2,MX-75,,INV-2,2026-09-01,1095,product-key',
  ];
  await writeFile(file, `${lines.join('\n')}\n`);
  expect((await service.command('register', 'import', file)).json).toMatchObject({ added: 3, rejected: [] });
}

/** "Pour créer un compte de domaine et commencer une évaluation", steps 1 to 7. */
async function createDomainAccount({ service, mails, page }: Stage): Promise<void> {
  await page.goto(service.http);
  await page.getByRole('link', { name: 'Inscrivez-vous' }).click();
  await heading(page, 'Créer un compte');
  await field(page, 'Nom du compte').fill('springfield');
  await field(page, 'E-mail').fill(OWNER);
  await field(page, 'Mot de passe').fill(PASSWORD);
  await click(page, 'Continuer');
  await heading(page, 'Ajouter plus d’informations');
  await field(page, 'Nom de l’organisme').fill('Écoles de Springfield');
  await field(page, 'Nom du contact').fill('Marge Simpson');
  await field(page, 'Numéro de téléphone').fill('+33 1 23 45 67 89');
  await click(page, 'Créer un compte');
  await heading(page, 'Consultez vos e-mails');
  const mail = await mails.mailTo(OWNER);
  expect(mail.text).toContain('springfield');
  await page.goto(linkOf(mail));
  await field(page, 'Mot de passe choisi').fill(PASSWORD);
  await click(page, 'Activer');
  await heading(page, 'Appareils');
  expect((await service.command('domain', 'show', 'springfield')).json).toMatchObject({ status: 'trial', balance: 0 });
}

/** "Pour récupérer des crédits en inscrivant un écran". */
async function enrolDisplay({ service, page }: Stage): Promise<void> {
  const display = newDisplay(service, 'help');
  const { json } = await display.run(['enroll', '--domain', 'springfield']);
  expect(json).toMatchObject({ outcome: 'accepted', credits: { granted: 1095, reason: 'granted' } });
  await page.getByRole('row', { name: /SIM-HELP/ }).waitFor();
  await openBilling(page);
  await page.getByRole('row', { name: /SIM-HELP.*\+1\s095/ }).waitFor();
}

/** "Cliquez sur Icône Utilisateur, puis sélectionnez Facturation." */
async function openBilling(page: Page): Promise<void> {
  await page.getByRole('button', { name: /^Utilisateur admin@springfield/ }).click();
  await page.getByRole('menuitem', { name: 'Facturation' }).click();
  await heading(page, 'Facturation');
  await page.getByRole('heading', { name: 'Histoire de facturation' }).waitFor();
}

/** "Saisissez votre clé produit dans la case Numéro du code PIN, puis cliquez sur Utiliser." */
async function redeem(page: Page, key: string, credits: RegExp): Promise<void> {
  await field(page, 'Numéro du code PIN').fill(key);
  await click(page, 'Utiliser');
  await page.getByRole('status').filter({ hasText: credits }).waitFor();
  await page.getByRole('row', { name: new RegExp(`Clé produit.*${key.slice(-4)}`) }).waitFor();
}

/** "Pour revendiquer une clé produit dans SMART Admin Portal", steps 1 to 4; the product key that was copied. */
async function claimKey({ service, mails, page }: Stage): Promise<string> {
  const { json } = await service.command('claim', 'issue', '--invoice', 'INV-2');
  const code = String(json?.['code']);
  await page.goto(`${service.http}/portal`);
  await page.getByRole('link', { name: 'Ouvrir un compte gratuit' }).click();
  await heading(page, 'Créer un compte');
  await field(page, 'Votre nom').fill('Seymour Skinner');
  await field(page, 'Nom de l’organisme').fill('Écoles de Springfield');
  await field(page, 'E-mail').fill(PORTAL);
  await field(page, 'Mot de passe').fill(PASSWORD);
  await click(page, 'Créer un compte');
  await heading(page, 'Consultez vos e-mails');
  await page.goto(linkOf(await mails.mailTo(PORTAL)));
  await field(page, 'Mot de passe choisi').fill(PASSWORD);
  await click(page, 'Activer');
  await heading(page, 'Abonnements');
  await click(page, 'Utiliser un code de revendication');
  await field(page, 'Code de revendication').fill(code.toLowerCase());
  await click(page, 'Continuer');
  await page.getByText('INV-2').waitFor();
  await click(page, 'Revendiquer');
  await page.getByText('Revendiqué pour Écoles de Springfield.').waitFor();
  await page.getByRole('dialog').getByRole('button', { name: 'Copier' }).click();
  return page.evaluate(() => navigator.clipboard.readText());
}

describe('the help page, in French', () => {
  let browser: Browser;

  beforeAll(async () => {
    browser = await launchChromium();
  });
  afterAll(async () => browser.close());

  test('[D3] [E5] [K1] [K3] [K5] an organisation signs up, and gets credits by a display, a reseller’s key and a claimed key', async () => {
    const stage = await startStage(browser);
    const { service, mails, page, context } = stage;
    await importRegister(service);
    await createDomainAccount(stage);
    await enrolDisplay(stage);

    const issued = await service.command('key', 'issue', '--credits', '365', '--email', BUYER, '--language', 'fr');
    const bought = await mails.mailTo(BUYER);
    const key = /[0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]{5}/.exec(bought.text)?.[0] ?? '';
    expect(issued.json).toMatchObject({ key, credits: 365 });
    await redeem(page, key, /365/);
    await field(page, 'Numéro du code PIN').fill(key);
    await click(page, 'Utiliser');
    await page.getByText(/^Déjà utilisée ici le /).waitFor();
    await field(page, 'Numéro du code PIN').fill(`${key.slice(0, -1)}${key.endsWith('A') ? 'B' : 'A'}`);
    await click(page, 'Utiliser');
    await page.getByText(/^Erreur de saisie dans cette clé\./).waitFor();

    const claimed = await claimKey(stage);
    await page.goto(`${service.http}/devices`);
    await openBilling(page);
    await redeem(page, claimed, /2\s190/);
    await page.goto(`${service.http}/portal/subscriptions`);
    await page.getByText(/^utilisée le /).waitFor();

    await context.close();
    expect((await service.command('domain', 'show', 'springfield')).json).toMatchObject({
      status: 'active',
      balance: 1095 + 365 + 2190,
    });
    expect((await service.command('ledger', 'verify')).json).toMatchObject({ ok: true, sum: 0 });
  });
});
