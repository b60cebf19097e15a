import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Device } from '../../protocol/api.ts';
import { launchChromium } from '../support/chromium.ts';
import { openRealStage } from './real-stage.ts';
import type { RealStage } from './real-stage.ts';
import { labelsOf, openStage } from './stage.ts';

let browser: Browser;
beforeAll(async () => {
  browser = await launchChromium();
});
afterAll(() => browser.close());

/** A real service with so many devices, S-01 and on, and a window on their list. */
async function stageWith(devices: number, language = 'en-GB'): Promise<{ stage: RealStage; page: Page; ids: string[] }> {
  const stage = await openRealStage(browser);
  const ids: string[] = [];
  for (let n = 1; n <= devices; n += 1) ids.push(await stage.harness.device(stage.domain, `S-${String(n).padStart(2, '0')}`));
  const page = await stage.window({ cookie: stage.domain.cookie, language, path: '/devices' });
  await page.getByRole('link', { name: 'S-01', exact: true }).waitFor();
  return { stage, page, ids };
}
const tagsOf = async (stage: RealStage): Promise<string[]> =>
  (await stage.harness.store.reader.all<{ tags: string }>('SELECT tags FROM devices ORDER BY serial')).map(({ tags }) => tags);
const pick = (page: Page, label: string) => page.getByRole('checkbox', { name: `Select ${label}`, exact: true });

describe('a selection', () => {
  test('of a stretch of rows gets tags, says the outcome, and takes back exactly what it changed', async () => {
    const { stage, page, ids } = await stageWith(5);
    await using _ = stage;
    await stage.crew.call(stage.domain.cookie, 'PATCH', `/devices/${ids[1]}`, { tags: ['hall'] });
    await pick(page, 'S-01').click();
    await pick(page, 'S-03').click({ modifiers: ['Shift'] });
    await page.getByText('3 selected').waitFor();
    await page.getByRole('button', { name: 'Tags…' }).click();
    const dialog = page.getByRole('dialog', { name: '3 selected' });
    await dialog.getByRole('combobox', { name: 'Add these tags' }).fill('hall');
    await page.keyboard.press('Enter');
    await dialog.getByRole('button', { name: 'Change tags' }).click();
    await page.getByText('2 devices changed').waitFor();
    expect(await tagsOf(stage)).toEqual(['["hall"]', '["hall"]', '["hall"]', '[]', '[]']);
    await page.getByRole('button', { name: 'Undo' }).click();
    await page.getByText('Undone').waitFor();
    expect(await tagsOf(stage)).toEqual(['[]', '["hall"]', '[]', '[]', '[]']);
    expect(stage.complaints).toEqual([]);
  });

  test('[P8] is asked something, and the outcome is counted as it comes', async () => {
    const { stage, page, ids } = await stageWith(3);
    await using _ = stage;
    await page.getByRole('checkbox', { name: 'Select all rows shown' }).click();
    await page.getByRole('button', { name: 'Identify' }).click();
    await page.getByText('3 waiting').waitFor();
    const [command] = await stage.harness.store.reader.all<{ id: string }>(
      'SELECT id FROM commands WHERE device_id = ?',
      ids[0] ?? '',
    );
    await stage.harness.store.write('endCommand', {
      now: Date.now(),
      deviceId: ids[0] ?? '',
      result: { type: 'result', commandId: command?.id ?? '', outcome: 'done', detail: '' },
    });
    await page.getByText('2 waiting · 1 done').waitFor();
  });

  test('[E9] is unenrolled after one dialog that names the loss', async () => {
    const { stage, page } = await stageWith(3, 'fr-FR');
    await using _ = stage;
    await page.getByRole('checkbox', { name: 'Sélectionner S-01' }).click();
    await page.getByRole('checkbox', { name: 'Sélectionner S-02' }).click();
    await page.getByRole('button', { name: 'Désinscrire…' }).click();
    const dialog = page.getByRole('dialog', { name: 'Désinscrire 2 appareils' });
    await dialog.getByText('Leurs certificats sont révoqués immédiatement').waitFor();
    await dialog.getByRole('button', { name: 'Désinscrire' }).click();
    await page.getByText('2 désinscrits').waitFor();
    await page.mouse.move(5, 5);
    await page.getByRole('link', { name: 'S-01', exact: true }).waitFor({ state: 'detached' });
    expect(await labelsOf(page)).toEqual(['S-03']);
  });

  test('holds its rows still during 60 updates a second', async () => {
    await using stage = await openStage(browser, { devices: 40 });
    const { page, service } = stage;
    await page.getByRole('link', { name: 'Library 000102' }).waitFor();
    const before = await labelsOf(page);
    await page.getByRole('checkbox', { name: `Select ${before[2]}`, exact: true }).click();
    await page.mouse.move(5, 5);
    const first: Device = service.state.device('d-000000');
    for (let n = 0; n < 60; n += 1) {
      service.push('device', { device: { ...first, id: `new-${n}`, label: `A ${n}`, serial: `NEW-${n}` } });
      await page.evaluate(() => new Promise((resolve) => requestAnimationFrame(resolve)));
    }
    await page.getByText('60 changes').waitFor();
    expect((await labelsOf(page)).slice(0, 10)).toEqual(before.slice(0, 10));
    await page.getByRole('button', { name: 'Clear selection' }).click();
    await page.mouse.move(5, 5);
    await page.getByRole('link', { name: 'A 0', exact: true }).waitFor();
  });
});

describe('the keyboard', () => {
  test('keys of one letter can be switched off', async () => {
    const { stage, page } = await stageWith(1);
    await using _ = stage;
    await page.keyboard.press('?');
    await page.getByRole('link', { name: 'Switch / and ? off' }).click();
    await page.getByRole('switch', { name: '/ goes to the search field' }).click();
    await page.goBack();
    await page.getByRole('link', { name: 'S-01', exact: true }).waitFor();
    await page.keyboard.press('/');
    await page.keyboard.press('?');
    expect(await page.getByRole('dialog', { name: 'Keyboard shortcuts' }).count()).toBe(0);
    expect(await page.evaluate(() => document.activeElement?.getAttribute('type'))).not.toBe('search');
  });

  test('searches, selects, edits in the row with F2, and lists its keys', async () => {
    const { stage, page, ids } = await stageWith(3);
    await using _ = stage;
    await page.keyboard.press('?');
    await page.getByRole('dialog', { name: 'Keyboard shortcuts' }).waitFor();
    await page.keyboard.press('Escape');
    await page.getByRole('dialog', { name: 'Keyboard shortcuts' }).waitFor({ state: 'detached' });
    await page.keyboard.press('/');
    expect(await page.evaluate(() => document.activeElement?.getAttribute('type'))).toBe('search');
    await page.getByRole('link', { name: 'S-01', exact: true }).focus();
    await page.keyboard.press('ArrowDown');
    await page.waitForFunction(() => document.activeElement?.textContent === 'S-02');
    await page.keyboard.press('Space');
    await page.getByText('1 selected').waitFor();
    await page.keyboard.press('Escape');
    await page.getByText('1 selected').waitFor({ state: 'detached' });
    await page.keyboard.press('F2');
    await page.getByRole('textbox', { name: 'Label' }).fill('Aula');
    await page.keyboard.press('Enter');
    await page.getByText('S-02 has been changed').waitFor();
    const label = async () =>
      (await stage.harness.store.reader.get<{ label: string }>('SELECT label FROM devices WHERE id = ?', ids[1] ?? ''))?.label;
    expect(await label()).toBe('Aula');
    await page.getByRole('button', { name: 'Undo' }).click();
    await page.getByText('Undone').waitFor();
    expect(await label()).toBe('S-02');
    expect(stage.complaints).toEqual([]);
  });
});

describe('a pasted column of serials', () => {
  test('[E12] says how many are here, names the missing, and shows the others to be selected', async () => {
    const { stage, page } = await stageWith(4);
    await using _ = stage;
    await page.getByRole('button', { name: 'Paste serials' }).click();
    await page.getByRole('textbox', { name: 'Serials, one per line' }).fill('s-01\nNOT-HERE\t"S-03";S-03,\r\n');
    await page.getByRole('button', { name: 'Find them' }).click();
    await page.getByText('2 of 3 found').waitFor();
    await page.getByText('NOT-HERE').waitFor();
    expect(await labelsOf(page)).toEqual(['S-01', 'S-03']);
    await page.getByRole('checkbox', { name: 'Select all rows shown' }).click();
    await page.getByText('2 selected').waitFor();
    await stage.harness.device(stage.domain, 'not-here');
    await page.getByRole('button', { name: 'Clear selection' }).click();
    await page.mouse.move(5, 5);
    await page.getByText('3 of 3 found').waitFor();
    await page.getByRole('button', { name: 'Back to all devices' }).click();
    await page.getByRole('link', { name: 'S-04', exact: true }).waitFor();
  });
});

describe('columns', () => {
  test('are chosen, and are there again after a reload', async () => {
    const { stage, page } = await stageWith(1);
    await using _ = stage;
    await page.getByRole('button', { name: 'Columns' }).click();
    await page.getByRole('checkbox', { name: 'Agent' }).check();
    await page.getByRole('columnheader', { name: 'Agent' }).waitFor();
    await page.reload();
    await page.getByRole('columnheader', { name: 'Agent' }).waitFor();
    expect(await page.getByRole('cell').last().textContent()).toBe('1.0.0');
  });
});
