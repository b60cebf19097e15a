import type { Browser, Locator } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { launchChromium } from '../support/chromium.ts';
import { openRealStage } from './real-stage.ts';

let browser: Browser;
beforeAll(async () => {
  browser = await launchChromium();
});
afterAll(() => browser.close());

const file = (text: string, encoding: BufferEncoding = 'utf8') => ({
  name: 'displays.csv',
  mimeType: 'text/csv',
  buffer: Buffer.from(text, encoding),
});

/** The preview, row by row. */
const rows = async (dialog: Locator): Promise<string[]> =>
  dialog
    .locator('tbody tr')
    .evaluateAll((found) => found.map((row) => [...row.children].map((cell) => cell.textContent).join('|')));

test('labels and tags from a table: said first, then done; the export imports back unchanged', async () => {
  await using stage = await openRealStage(browser);
  const { harness, domain } = stage;
  for (const serial of ['SN-1', 'SN-2']) await harness.device(domain, serial);
  const page = await stage.window({ cookie: domain.cookie });
  await page.getByRole('link', { name: 'SN-1' }).waitFor();
  await page.getByRole('button', { name: 'Import CSV' }).click();
  const dialog = page.getByRole('dialog', { name: 'Labels and tags from a table' });
  const input = dialog.locator('input[type=file]');

  await input.setInputFiles(file('name,label\nx,y\n'));
  const refusal = dialog.getByRole('alert');
  await refusal.getByText('The file cannot be imported, and none of it was.').waitFor();
  await refusal.getByText('The column “name” is unknown; the column “serial” is missing.').waitFor();
  await input.setInputFiles(file('serial,label,tags\nSN-1,=Hall,"north, big"\nSN-2,,\nSN-9,Gym,\n,broken,\n'));
  await dialog.getByText('1 line is skipped:').waitFor();
  await dialog.getByText('Line 5: serial: is empty').waitFor();
  await dialog.getByText('1 display changed').waitFor();
  await dialog.getByText('1 waits for its display').waitFor();
  expect(await rows(dialog)).toEqual(['2|SN-1|SN-1 → =Hall|– → northbig|changed', '4|SN-9|– → Gym|–|waits for its display']);
  expect(await harness.store.reader.all("SELECT 1 FROM devices WHERE label = '=Hall'")).toEqual([]);
  await dialog.getByRole('button', { name: 'Apply' }).click();
  await dialog.getByText('Done:').waitFor();
  await page.getByRole('link', { name: '=Hall' }).waitFor();
  await dialog.getByText('Label and tags are stored for 1 display that is not enrolled yet.').waitFor();

  const exported = await harness.request('GET', '/api/v1/devices.csv', { cookie: domain.cookie });
  await input.setInputFiles(file(exported.text));
  await dialog.getByText('2 unchanged').waitFor();
  await dialog.getByText('Only labels and tags are imported. Columns ignored: id, status,').waitFor();
  expect(await rows(dialog)).toEqual([]);
  expect(await dialog.getByText(/\bchanged/).count()).toBe(0);
  await dialog.getByRole('button', { name: 'Discard them' }).click();
  await dialog.getByText('that is not enrolled yet').waitFor({ state: 'detached' });
  expect(stage.complaints).toEqual([]);
});

test('[A6] what a Western spreadsheet saved is shown as old → new, and stored letter by letter', async () => {
  await using stage = await openRealStage(browser);
  const { harness, domain } = stage;
  const id = await harness.device(domain, 'SN-1');
  const page = await stage.window({ cookie: domain.cookie, language: 'fr' });
  await page.getByRole('link', { name: 'SN-1' }).waitFor();
  await page.getByRole('button', { name: 'Importer un CSV' }).click();
  const dialog = page.getByRole('dialog');
  await dialog
    .locator('input[type=file]')
    .setInputFiles(file('serial;label\r\nSN-1;Salle d\u0092étude 2ème étage\r\nSN-1;65" 4K\r\n', 'latin1'));
  await dialog.getByText('Le fichier n’est pas en UTF-8').waitFor();
  await dialog.getByText('Ligne 3\u00a0: un guillemet').waitFor();
  await dialog.getByText('1 écran modifié').waitFor();
  expect(await rows(dialog)).toEqual(['2|SN-1|SN-1 → Salle d’étude 2ème étage|–|modifié']);
  await dialog.getByRole('button', { name: 'Appliquer' }).click();
  await dialog.getByText('Fait\u00a0:').waitFor();
  expect(await harness.store.reader.get('SELECT label FROM devices WHERE id = ?', id)).toEqual({
    label: 'Salle d’étude 2ème étage',
  });
  expect(stage.complaints).toEqual([]);
});
