import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { launchChromium } from '../support/chromium.ts';
import { deviceAt, iso, pendingAt } from './mock-data.ts';
import { labelsOf, openStage } from './stage.ts';
import type { Stage } from './stage.ts';

let browser: Browser;
beforeAll(async () => {
  browser = await launchChromium();
});
afterAll(() => browser.close());

/** A display enrols at this moment, under a label that sorts first. */
function enrols({ service }: Stage, id: string, label: string): void {
  const device = { ...deviceAt(700, Date.now()), id, label, serial: `NEW-${id}`, enrolledAt: iso(Date.now()) };
  service.push('device', { device: service.state.put(device) });
}

async function streaming(stage: Stage): Promise<void> {
  await stage.page.locator('.rc-row-link').first().waitFor();
  await expect.poll(() => stage.service.streams).toBe(1);
}

describe('events', () => {
  test('[E2] a display that enrols appears without a reload, and the counts with it', async () => {
    await using stage = await openStage(browser, { devices: 3 });
    const { page } = stage;
    await streaming(stage);
    enrols(stage, 'd-new', 'Aula 1');
    await page.getByRole('link', { name: 'Aula 1' }).waitFor();
    expect((await labelsOf(page))[0]).toBe('Aula 1');
    await page.getByRole('link', { name: 'All' }).filter({ hasText: '4' }).waitFor();
    expect(stage.complaints).toEqual([]);
  });

  test('rows hold still under the pointer: values change at once, comings wait for Show', async () => {
    await using stage = await openStage(browser, { devices: 3 });
    const { page, service } = stage;
    await streaming(stage);
    await page.getByRole('link', { name: 'Room 000101' }).hover();
    enrols(stage, 'd-new', 'Aula 1');
    const row = page.getByRole('row').filter({ hasText: 'Room 000101' });
    service.push('device', { device: { ...service.state.device('d-000001'), status: 'offline' } });
    await row.getByText('Offline').waitFor();
    await page.getByText('1 change', { exact: true }).waitFor();
    expect(await labelsOf(page)).not.toContain('Aula 1');
    await page.getByRole('button', { name: 'Show' }).click();
    await page.getByRole('link', { name: 'Aula 1' }).waitFor();
  });

  test('rows hold still while the keyboard is among them', async () => {
    await using stage = await openStage(browser, { devices: 6, path: '/devices?status=online' });
    const { page, service } = stage;
    await streaming(stage);
    await page.mouse.move(5, 5);
    await page.keyboard.press('/');
    await page.getByRole('link', { name: 'Room 000101' }).focus();
    enrols(stage, 'd-new', 'Aula 1');
    service.push('device', { device: service.state.put({ ...service.state.device('d-000001'), status: 'late' }) });
    await page.getByRole('row').filter({ hasText: 'Room 000101' }).getByText('Late').waitFor();
    expect(await page.evaluate(() => document.activeElement?.textContent)).toBe('Room 000101');
    await page.keyboard.press('/');
    await page.getByRole('link', { name: 'Room 000101' }).waitFor({ state: 'detached' });
  });

  test('a row that leaves a filter stays until it is let go, with its new status', async () => {
    await using stage = await openStage(browser, { devices: 6, path: '/devices?status=online' });
    const { page, service } = stage;
    await streaming(stage);
    await page.getByRole('link', { name: 'Room 000101' }).hover();
    service.push('device', { device: service.state.put({ ...service.state.device('d-000001'), status: 'late' }) });
    await page.getByRole('row').filter({ hasText: 'Room 000101' }).getByText('Late').waitFor();
    expect(await page.getByText('1 change', { exact: true }).count()).toBe(1);
    await page.mouse.move(5, 5);
    await page.getByRole('link', { name: 'Room 000101' }).waitFor({ state: 'detached' });
  });

  test('[E11] a refused try shows with its sentence and next step', async () => {
    await using stage = await openStage(browser, { devices: 3 });
    await streaming(stage);
    stage.service.push('enrolment', {
      at: iso(Date.now()),
      outcome: 'rejected',
      code: 'enrolled-elsewhere',
      serial: 'SB-1',
      model: 'OPS',
      deviceId: null,
      granted: 0,
      address: '10.1.1.1',
      correlationId: '8XK2-PP3D',
    });
    await stage.page.getByText('Enrolment of SB-1 (OPS) refused.').waitFor();
    const text = await stage.page.locator('main').textContent();
    expect(text).toContain('Another domain must unenrol it first.');
    expect(text).toContain('8XK2-PP3D');
  });
});

describe('a lost link', () => {
  test('is shown in the data, switches changes off, and is caught up without a reload', async () => {
    await using stage = await openStage(browser, { devices: 3, pending: 1 });
    const { page, service } = stage;
    await streaming(stage);
    await page.getByRole('article', { name: 'PC-4410' }).waitFor();
    await service.stop();
    await page.getByText(/^Connection lost\. Data of \d\d:\d\d:\d\d\.$/).waitFor();
    await page.getByText('Was online').first().waitFor();
    expect(await page.getByRole('button', { name: 'Approve' }).isDisabled()).toBe(true);
    expect(await page.getByRole('row').filter({ hasText: 'Room 000100' }).count()).toBe(1);

    const away = { ...deviceAt(701, Date.now()), id: 'd-away', label: 'Aula 2' };
    service.state.put(away);
    service.state.devices.delete('d-000001');
    service.state.put(pendingAt(2, Date.now(), undefined));
    await service.start();
    await page.getByText('Connection lost').waitFor({ state: 'detached' });
    await page.getByRole('link', { name: 'Aula 2' }).waitFor();
    await page.getByRole('link', { name: 'Room 000101' }).waitFor({ state: 'detached' });
    await page.getByRole('article', { name: 'PC-4412' }).waitFor();
    expect(await page.getByRole('button', { name: 'Approve' }).first().isDisabled()).toBe(false);
    expect(stage.complaints).toEqual([]);
  });

  test('is noticed within 5 s also where the line dies without a word, and what happened meanwhile is there on return', async () => {
    await using stage = await openStage(browser, { devices: 3 });
    const { page, service } = stage;
    await page.clock.install();
    await page.reload();
    await streaming(stage);
    await page.getByText('Online').first().waitFor();
    service.fallSilent();
    // From here on only the page's own clock counts.
    await page.clock.pauseAt(new Date(Date.now() + 2_000));
    const lost = page.getByText(/^Connection lost\. Data of/);
    await page.clock.runFor(500);
    expect(await lost.count()).toBe(0);
    await page.clock.runFor(2_500);
    await lost.waitFor();
    await page.getByText('Was online').first().waitFor();

    service.state.put({ ...deviceAt(701, Date.now()), id: 'd-away', label: 'Aula 2' });
    await service.stop();
    await service.start();
    await page.clock.resume();
    await lost.waitFor({ state: 'detached' });
    await page.getByRole('link', { name: 'Aula 2' }).waitFor();
    expect(stage.complaints).toEqual([]);
  });

  test('is said in French too', async () => {
    await using stage = await openStage(browser, { devices: 3, language: 'fr-FR' });
    await streaming(stage);
    await stage.service.stop();
    await stage.page.getByText(/^Connexion perdue\. Données de \d\d:\d\d:\d\d\.$/).waitFor();
    await stage.page.getByText('Était en ligne').first().waitFor();
    expect(await stage.page.getByText('En ligne', { exact: true }).count()).toBe(1);
  });
});
