import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { PASSWORD } from '../../cloud-broker/service/testing/harness.ts';
import { launchChromium } from '../support/chromium.ts';
import { measureContrast } from './contrast.ts';
import { openRealStage } from './real-stage.ts';

let browser: Browser;
beforeAll(async () => {
  browser = await launchChromium();
});
afterAll(async () => browser.close());

const button = (page: Page, name: string) => page.getByRole('button', { name, exact: true });

describe('users', () => {
  test('[D6] from the invitation through its mail to the first sign-in; opening the link alone changes nothing', async () => {
    await using stage = await openRealStage(browser);
    const { crew, domain } = stage;
    const admin = await stage.window({ cookie: domain.cookie });
    await admin.getByRole('button', { name: 'User admin@springfield' }).click();
    await admin.getByRole('menuitem', { name: 'Users' }).click();
    await admin.getByText('Only you so far.').waitFor();
    await button(admin, 'Invite a user').click();
    await admin.getByRole('textbox', { name: 'User name' }).fill('Lisa');
    await admin.getByText('You will sign in as lisa@springfield.').waitFor();
    await admin.getByRole('textbox', { name: 'E-mail' }).fill('lisa@example.org');
    await admin.getByRole('radio', { name: 'Admin', exact: true }).check();
    await button(admin, 'Send invitation').click();
    await button(admin, 'lisa').waitFor();
    expect(await admin.locator('.rc-users').textContent()).toContain('InvitedSend again');

    const token = await crew.visitor.tokenTo('lisa@example.org');
    const lisa = await stage.window({ path: `/invitation#token=${token}` });
    await lisa.getByText('You will sign in as lisa@springfield.', { exact: false }).waitFor();
    await lisa.reload();
    await button(lisa, 'Join and sign in').click();
    await lisa.getByText('A password must have 10 to 256 characters.').waitFor();
    expect((await crew.list(domain.cookie)).map(({ state }) => state)).toEqual(['active', 'invited']);
    await lisa.getByRole('textbox', { name: 'Choose a password' }).fill(PASSWORD);
    await button(lisa, 'Join and sign in').click();
    await lisa.getByRole('heading', { name: 'Devices', level: 1 }).waitFor();
    expect(lisa.url()).toBe(`${stage.url}/devices`);
    await lisa.getByRole('button', { name: 'User lisa@springfield' }).waitFor();

    const again = await stage.window({ path: `/invitation#token=${token}` });
    await again.getByText('This link is no longer valid.').waitFor();
    await again.getByText('An admin of the domain can send the invitation again.').waitFor();
    expect(stage.complaints).toEqual([]);
  });

  test('[D6] a change says what it does to sessions, does it, and shows what the user sees then', async () => {
    await using stage = await openRealStage(browser);
    const { crew, domain, harness } = stage;
    for (const [serial, tags] of [
      ['A', ['north']],
      ['B', []],
      ['C', ['north']],
    ] as const) {
      const id = await harness.device(domain, serial);
      await crew.call(domain.cookie, 'PATCH', `/devices/${id}`, { tags });
    }
    const bart = await crew.person(domain, 'bart');
    const his = await stage.window({ cookie: bart.cookie });
    await his.getByRole('heading', { name: 'Devices', level: 1 }).waitFor();
    const admin = await stage.window({ cookie: domain.cookie, path: '/users' });
    await button(admin, 'bart').click();
    await admin.getByRole('combobox', { name: 'Tags' }).fill('north');
    await admin.keyboard.press('Enter');
    await admin.getByText('Saving signs this user out everywhere.').waitFor();
    await button(admin, 'Save').click();
    await admin.getByText('sees 2 of 3 devices').waitFor();
    // The stream of the session ended, and what is asked after it says why.
    await his.getByRole('textbox', { name: 'User name' }).waitFor();
    expect(stage.complaints).toEqual([]);
  });

  test('[D6] the last domain admin cannot be lowered, and the dialog says what to do; a name in use is said in words', async () => {
    await using stage = await openRealStage(browser);
    const admin = await stage.window({ cookie: stage.domain.cookie, path: '/users' });
    await button(admin, 'admin').click();
    await admin.getByRole('radio', { name: 'User', exact: true }).check();
    await button(admin, 'Save').click();
    const alert = admin.getByRole('alert');
    await alert.getByText('The last domain admin can neither be removed nor given a lower role.').waitFor();
    expect(await alert.textContent()).toContain('Make someone else a domain admin first.');
    await admin.keyboard.press('Escape');
    await button(admin, 'Invite a user').click();
    await admin.getByRole('textbox', { name: 'User name' }).fill('admin');
    await admin.getByRole('textbox', { name: 'E-mail' }).fill('other@example.org');
    await button(admin, 'Send invitation').click();
    await admin.getByText('This name is in use in your domain. Choose another one.').waitFor();
  });

  test('[D6] removing asks once and names the loss; an admin cannot open a domain admin; a user is told whom to ask', async () => {
    await using stage = await openRealStage(browser);
    const { crew, domain } = stage;
    const lisa = await crew.person(domain, 'lisa', { role: 'admin' });
    const bart = await crew.person(domain, 'bart');
    const hers = await stage.window({ cookie: lisa.cookie, path: '/users' });
    await button(hers, 'bart').click();
    expect(await button(hers, 'admin').count()).toBe(0);
    await button(hers, 'Remove').click();
    await hers.getByText('This user is signed out everywhere immediately and can no longer sign in.').waitFor();
    await button(hers, 'Remove').click();
    await button(hers, 'bart').waitFor({ state: 'detached' });
    expect(await crew.isSignedIn(bart.cookie)).toBe(false);
    const milhouse = await crew.person(domain, 'milhouse');
    const denied = await stage.window({ cookie: milhouse.cookie, path: '/users' });
    await denied.getByText('Ask an admin: admin, lisa.').waitFor();
    expect(await button(denied, 'Invite a user').count()).toBe(0);
  });

  test('[D6] one’s own sessions end one by one or all but this one', async () => {
    await using stage = await openRealStage(browser);
    const { crew, domain, harness } = stage;
    const others = [await harness.signIn('admin@springfield'), await harness.signIn('admin@springfield')];
    const page = await stage.window({ cookie: domain.cookie, path: '/account' });
    await page.getByText('This session').waitFor();
    await button(page, 'End test').first().click();
    await expect.poll(async () => button(page, 'End test').count()).toBe(1);
    await button(page, 'End all other sessions').click();
    await page.getByText('You are not signed in anywhere else.').waitFor();
    expect(await Promise.all([...others, domain.cookie].map((cookie) => crew.isSignedIn(cookie)))).toEqual([false, false, true]);
    expect(stage.complaints).toEqual([]);
  });

  test('in French on a phone, with many users: searched, in AA contrast, without scrolling sideways; mails follow the language', async () => {
    await using stage = await openRealStage(browser);
    const { crew, domain } = stage;
    for (let n = 0; n < 30; n += 1)
      await crew.invite(domain, `enseignant.${n}`, { tags: n % 2 === 0 ? ['nord', 'gymnase'] : [] });
    const page = await stage.window({ cookie: domain.cookie, path: '/users', language: 'fr-FR', width: 390 });
    await page.getByRole('heading', { name: 'Utilisateurs' }).waitFor();
    await page.getByText('31 utilisateurs').waitFor();
    await page.getByRole('searchbox').fill('gymnase');
    await page.getByText('15 utilisateurs').waitFor();
    expect(await measureContrast(page)).toEqual([]);
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(390);
    await page.getByText('EN', { exact: true }).click();
    await page.getByText('FR', { exact: true }).click();
    const language = async () => (await crew.list(domain.cookie))[0]?.language;
    await expect.poll(language).toBe('fr');
    expect(stage.complaints).toEqual([]);
  });
});
