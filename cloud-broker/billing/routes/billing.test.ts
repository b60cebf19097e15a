import { randomBytes } from 'node:crypto';
import { parse } from 'csv-parse/sync';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { FoldedPage, HistoryPage } from '../../../protocol/api.ts';
import { makeKey, Redemption } from '../../product-keys/product-keys.ts';
import { createSecrets } from '../../keys/secrets.ts';
import { openHarness, type Harness, type TestDomain } from '../../service/testing/harness.ts';

const DAY_MS = 86_400_000;

let harness: Harness;
let springfield: TestDomain;
let shelbyville: TestDomain;

beforeAll(async () => {
  harness = await openHarness();
  springfield = await harness.domain('springfield');
  shelbyville = await harness.domain('shelbyville');
});

afterAll(async () => harness.close());

const redeem = (domain: TestDomain, pin: string, headers: Record<string, string> = {}) =>
  harness.request('POST', '/api/v1/billing/redeem', { cookie: domain.cookie, body: { pin }, headers });
const get = async <T>(domain: TestDomain, path: string): Promise<T> =>
  (await harness.request('GET', `/api/v1/billing${path}`, { cookie: domain.cookie })).json as T;

describe('[K1] redeeming', () => {
  test('[K1] a key brings its credits once, however it is typed; again it says when; elsewhere it is only not valid', async () => {
    const { key } = await harness.operator.issueKey({ credits: 365 });
    const done = await redeem(springfield, ` ${key.toLowerCase().replaceAll('-', ' ')} `);
    expect(done).toMatchObject({ status: 200, json: { credits: 365, balance: 365, row: { kind: 'product-key', credits: 365 } } });
    expect(done.text).not.toContain(key.slice(0, 9));
    const again = await redeem(springfield, key);
    expect(again).toMatchObject({
      status: 422,
      json: { code: 'key-already-redeemed', details: { at: new Date(harness.now).toISOString() } },
    });
    expect((await redeem(shelbyville, key)).json).toMatchObject({ code: 'key-not-valid' });
    expect((await redeem(shelbyville, key)).json).not.toHaveProperty('details');
  });

  test('[K1] a typing error is told apart from an unknown key and is not counted as guessing', async () => {
    const { key } = await harness.operator.issueKey({ credits: 10 });
    const wrong = `${key.slice(0, -1)}${key.endsWith('0') ? '1' : '0'}`;
    for (let tries = 0; tries < 40; tries += 1)
      expect((await redeem(springfield, wrong)).json).toMatchObject({ code: 'key-mistyped' });
    expect((await redeem(springfield, key)).status).toBe(200);
  });

  test('[K1] guessing ends with busy, for that domain and address, and what is redeemed rightly costs nothing', async () => {
    const capital = await harness.domain('capitalcity');
    harness.now += DAY_MS;
    const unknown = (): string => makeKey(createSecrets(randomBytes(32)), randomBytes).text;
    const answers: number[] = [];
    for (let tries = 0; tries < 12; tries += 1) answers.push((await redeem(capital, unknown())).status);
    expect(answers).toEqual([...Array<number>(10).fill(422), 429, 429]);
    harness.now += DAY_MS;
    const { key } = await harness.operator.issueKey({ credits: 10 });
    expect((await redeem(capital, key)).status).toBe(200);
  });

  test('[K1] fifty redeem one key at the same moment: one wins, the others are told', async () => {
    const domains = await Promise.all(Array.from({ length: 5 }, async (_, n) => harness.domain(`race${n}`)));
    const { key, id } = await harness.operator.issueKey({ credits: 100 });
    const redemption = new Redemption(harness.store, harness.secrets);
    const tries = Array.from({ length: 50 }, async (_, n) => {
      const domain = domains[n % 5] ?? springfield;
      const asked = { now: harness.now, domainId: domain.id, actor: `admin@${domain.name}`, address: `10.0.0.${n}` };
      return redemption.redeem(asked, key).then(
        () => 'won',
        (error: { code?: string }) => error.code ?? 'failed',
      );
    });
    const outcomes = await Promise.all(tries);
    expect(outcomes.filter((outcome) => outcome === 'won')).toHaveLength(1);
    expect(outcomes.filter((outcome) => outcome === 'key-already-redeemed')).toHaveLength(9);
    expect(outcomes.filter((outcome) => outcome === 'key-not-valid')).toHaveLength(40);
    expect(await harness.store.reader.all('SELECT 1 AS found FROM transfers WHERE product_key_id = ?', id)).toHaveLength(1);
  });

  test('[D4] credits of a key make a disabled domain active again; [K1] nothing stores or logs the key itself', async () => {
    const ogden = await harness.domain('ogdenville');
    harness.now += 31 * DAY_MS;
    ogden.cookie = await harness.signIn('admin@ogdenville');
    expect(await get(ogden, '')).toMatchObject({ status: 'disabled' });
    const { key } = await harness.operator.issueKey({ credits: 1 });
    expect((await redeem(ogden, key)).status).toBe(200);
    expect(await get(ogden, '')).toMatchObject({ status: 'active', balance: 1 });
    const stored = JSON.stringify([
      await harness.store.reader.all('SELECT * FROM product_keys'),
      await harness.store.reader.all('SELECT * FROM audit'),
      await harness.store.reader.all('SELECT * FROM transfers'),
      harness.log,
    ]);
    expect(stored).not.toContain(key);
    expect(stored).not.toContain(key.replaceAll('-', ''));
  });

  test('[K5] a key is mailed to its buyer in the same transaction, sealed', async () => {
    const { key, mailedTo } = await harness.operator.issueKey({ credits: 30, email: 'buyer@example.org', language: 'fr' });
    expect(mailedTo).toBe('buyer@example.org');
    const mail = await harness.store.reader.get<{ secret: Uint8Array; language: string; data: string }>(
      "SELECT secret, language, data FROM outbox WHERE recipient = 'buyer@example.org'",
    );
    expect(mail).toMatchObject({ language: 'fr', data: '{"credits":30}' });
    expect(harness.secrets.open('mail', 'product-key', mail?.secret ?? new Uint8Array())).toBe(key);
  });
});

describe('[L8] Billing History', () => {
  test('[L8] days of use fold to one line between other rows, and every page adds up', async () => {
    const domain = await harness.domain('folded');
    await harness.device(domain, 'F-1', 100);
    harness.now += 35 * DAY_MS;
    await harness.operator.closeDay({ domain: 'folded' });
    await harness.device(domain, 'F-2', 50);
    harness.now += 3 * DAY_MS;
    await harness.operator.closeDay({ domain: 'folded' });
    domain.cookie = await harness.signIn('admin@folded');
    const { items } = await get<FoldedPage>(domain, '/history/folded');
    expect(items.map(({ kind, credits, balanceAfter, run }) => [kind, credits, balanceAfter, run?.days])).toEqual([
      ['usage', -6, 140, 3],
      ['enrolment', 50, 146, undefined],
      ['usage', -4, 96, 4],
      ['enrolment', 100, 100, undefined],
    ]);
    for (const limit of [1, 2, 3]) {
      const paged: FoldedPage['items'] = [];
      for (let cursor: string | null = ''; cursor !== null;) {
        const page: FoldedPage = await get(domain, `/history/folded?limit=${limit}&cursor=${cursor}`);
        paged.push(...page.items);
        cursor = page.nextCursor;
      }
      expect(paged).toEqual(items);
    }
    const newest = items[0]?.run;
    const day = await get<{ items: { serial: string }[] }>(domain, `/days/${newest?.to ?? ''}`);
    expect(day).toMatchObject({ devices: 2, charged: 2 });
    expect(day.items.map(({ serial }) => serial).toSorted()).toEqual(['F-1', 'F-2']);
    const open = await harness.request('GET', '/api/v1/billing/days/2031-01-01', { cookie: domain.cookie });
    expect(open.status).toBe(404);
  });

  test('[L8] the CSV holds every row with its hash, from which the chain can be computed anew', async () => {
    const domain = await harness.domain('exported');
    for (let n = 0; n < 3; n += 1) await harness.device(domain, `E-${n}`, 10 + n);
    const { text, headers } = await harness.request('GET', '/api/v1/billing/history.csv', { cookie: domain.cookie });
    expect(headers['content-type']).toBe('text/csv; charset=utf-8');
    const rows = parse(text, { columns: true }) as Record<string, string>[];
    const { items } = await get<HistoryPage>(domain, '/history');
    expect(rows.map(({ n, hash, credits }) => [Number(n), hash, Number(credits)])).toEqual(
      items.map(({ n, hash, credits }) => [n, hash, credits]),
    );
    expect(rows.slice(0, -1).map(({ previousHash }) => previousHash)).toEqual(rows.slice(1).map(({ hash }) => hash));
    expect(rows.at(-1)?.['previousHash']).toBe('0'.repeat(64));
  });

  test('[L8] the forecast with more displays', async () => {
    const domain = await harness.domain('forecast');
    await harness.device(domain, 'Z-1', 100);
    expect(await get(domain, '/forecast?more=9')).toMatchObject({ devices: 10, usedPerDay: 10, daysLeft: 10 });
    expect(await get(domain, '/forecast')).toMatchObject({ devices: 1, daysLeft: 100 });
  });
});
