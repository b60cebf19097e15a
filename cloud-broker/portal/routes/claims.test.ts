import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { newCode } from '../../product-keys/rules.ts';
import { openHarness, type Harness } from '../../service/testing/harness.ts';
import { PortalCrew, type Answer, type PortalPerson } from '../../service/testing/portal.ts';
import { databaseBeside } from '../../../test/support/store.ts';
import { isOnPostgres } from '../../../test/support/test-database.ts';

const DAY_MS = 86_400_000;

let harness: Harness;
let crew: PortalCrew;
let marge: PortalPerson;
let monty: PortalPerson;

beforeAll(async () => {
  harness = await openHarness();
  crew = new PortalCrew(harness);
  marge = await crew.person('marge', 'Springfield schools');
  monty = await crew.person('monty', 'Burns Industries');
});

afterAll(async () => harness.close());

const claim = async (who: PortalPerson, code: string) => crew.call(who.cookie, 'POST', '/claims', { code });
const preview = async (who: PortalPerson, code: string) => crew.call(who.cookie, 'POST', '/claims/preview', { code });
const subscriptions = async (who: PortalPerson): Promise<Record<string, unknown>[]> =>
  (await crew.call(who.cookie, 'GET', '/subscriptions?limit=200')).json['items'] as Record<string, unknown>[];
const ofInvoice = async (who: PortalPerson, invoice: string) =>
  (await subscriptions(who)).find((one) => one['invoice'] === invoice);
const bought = (daysAgo: number): string => new Date(harness.now - daysAgo * DAY_MS).toISOString().slice(0, 10);

describe('[K4] issuing a claim code', () => {
  test('[K4] the same invoice has the same code, stored only hashed and sealed', async () => {
    const invoice = await crew.invoice();
    const issued = await harness.operator.issueClaim(invoice);
    const last = new Date(Date.parse(bought(30)));
    last.setUTCFullYear(last.getUTCFullYear() + 1);
    expect(issued).toEqual({
      code: expect.stringMatching(/^[0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]{5}$/) as unknown,
      invoice,
      validUntil: new Date(last.getTime() + DAY_MS - 1).toISOString(),
      expired: false,
    });
    expect(await harness.operator.issueClaim(invoice)).toEqual(issued);
    const stored = JSON.stringify(
      await Promise.all(['claim_codes', 'audit'].map(async (table) => harness.store.reader.all(`SELECT * FROM ${table}`))),
    );
    expect(stored + harness.log.join('')).not.toContain(issued.code);
  });

  test('[K4] refuses an unknown invoice, one without product-key boards, credits or purchase date', async () => {
    const issue = async (lines: object[]) => harness.operator.issueClaim(await crew.invoice({ lines }));
    const refused = (reason: string) => ({ code: 'invoice-not-claimable', details: { reason } });
    await expect(harness.operator.issueClaim('no such invoice')).rejects.toMatchObject({ code: 'not-found' });
    await expect(issue([{ fulfilment: 'on-enrolment' }])).rejects.toMatchObject(refused('no-product-key-boards'));
    await expect(issue([{ credits: 0 }])).rejects.toMatchObject(refused('no-credits-left'));
    await expect(issue([{ purchasedOn: '' }])).rejects.toMatchObject(refused('no-purchase-date'));
    const year = harness.now - (harness.now % DAY_MS) + 365 * DAY_MS;
    const { validUntil } = await issue([{ purchasedOn: bought(5) }, { purchasedOn: bought(9) }, { purchasedOn: '' }]);
    expect(Date.parse(validUntil)).toBe(year - 8 * DAY_MS - 1);
  });
});

describe('[K3] claiming', () => {
  test('[K3] [K2] code to subscription: previewed without changing anything, then one key with all of the invoice’s credits', async () => {
    const { code, invoice } = await crew.code({
      lines: [
        { model: 'MX-65', credits: 1095 },
        { model: 'MX-86', credits: 1095 },
        { model: 'MX-65', credits: 1095 },
        { fulfilment: 'on-enrolment', credits: 7 },
      ],
    });
    const typed = ` ${code.toLowerCase().replaceAll('-', ' ').replaceAll('0', 'o').replaceAll('1', 'i')} `;
    const last = `${Number(bought(30).slice(0, 4)) + 1}${bought(30).slice(4)}`;
    const models = [
      { model: 'MX-65', boards: 2 },
      { model: 'MX-86', boards: 1 },
    ];
    const facts = { product: 'Rollcall', invoice, boards: 3, models, purchasedOn: bought(30) };
    for (let looked = 0; looked < 2; looked += 1)
      expect((await preview(marge, typed)).json).toEqual({ ...facts, claimBefore: last, claimedBy: null });
    expect(await subscriptions(marge)).toEqual([]);
    const made = await claim(marge, typed);
    expect([made.status, made.json]).toMatchObject([
      201,
      {
        ...facts,
        organization: { id: marge.organizationId, name: 'Springfield schools' },
        credits: 3285,
        renewsOn: bought(30 - 1095),
        redeemedAt: null,
        key: expect.stringMatching(/^[0-9A-Z]{4}-/) as unknown,
      },
    ]);
    expect(await subscriptions(marge)).toEqual([made.json]);
    expect((await harness.operator.showBoard(`${invoice}-1`)).left).toBe(0);
    expect((await harness.operator.showBoard(`${invoice}-4`)).left).toBe(7);
    // K1: the key is a good one; then the page shows when it was used, and never where.
    const domain = await harness.domain('springfield');
    const redeemed = await harness.request('POST', '/api/v1/billing/redeem', {
      cookie: domain.cookie,
      body: { pin: made.json['key'] },
    });
    expect(redeemed.status).toBe(200);
    const after = await ofInvoice(marge, invoice);
    expect(after).toEqual({ ...made.json, redeemedAt: new Date(harness.now).toISOString() });
    expect(JSON.stringify(after)).not.toContain('"springfield"');
  });

  test('[K4] again by the same organisation: the same subscription; by another: taken, at the preview too', async () => {
    const { code } = await crew.code();
    const first = await claim(marge, code);
    const again = await claim(marge, code);
    expect([again.status, again.json]).toEqual([200, first.json]);
    expect((await preview(marge, code)).json).toMatchObject({
      claimedBy: { id: marge.organizationId, name: 'Springfield schools' },
    });
    expect((await preview(monty, code)).code).toBe('claim-taken');
    expect((await claim(monty, code)).code).toBe('claim-taken');
    harness.now += 2 * 366 * DAY_MS;
    expect((await claim(marge, code)).status).toBe(200);
    harness.now -= 2 * 366 * DAY_MS;
  });

  test('[K4] a year after the purchase it is an activation error, and nothing is issued', async () => {
    const { code, invoice } = await crew.code({ daysAgo: 0 });
    const noon = harness.now;
    harness.now = Date.parse(bought(0)) + 366 * DAY_MS - 1;
    expect((await preview(marge, code)).status).toBe(200);
    harness.now += 1;
    const late = await claim(marge, code);
    expect([late.status, late.json]).toMatchObject([
      422,
      { code: 'claim-expired', message: 'Activation error: not claimed within a year of purchase.' },
    ]);
    expect((await preview(marge, code)).code).toBe('claim-expired');
    expect(await ofInvoice(marge, invoice)).toBeUndefined();
    expect((await harness.operator.showBoard(`${invoice}-1`)).left).toBe(365);
    harness.now = noon;
    const old = await crew.code({ daysAgo: 400 });
    expect((await claim(marge, old.code)).code).toBe('claim-expired');
  });

  test('[K3] two organisations claim at the same moment: one subscription, one key, the other is told', async () => {
    for (let round = 0; round < 5; round += 1) {
      const { code, invoice } = await crew.code();
      const answers = await Promise.all([claim(marge, code), claim(monty, code), claim(marge, code), claim(monty, code)]);
      const statuses = answers.map(({ status }) => String(status)).toSorted();
      expect(statuses).toEqual(['200', '201', '422', '422']);
      const keys = answers.flatMap(({ json }) => (json['key'] === undefined ? [] : [json['key']]));
      expect(new Set(keys).size).toBe(1);
      expect(await harness.store.reader.all('SELECT id FROM product_keys WHERE invoice = ?', invoice)).toHaveLength(1);
      expect(await harness.store.reader.all('SELECT id FROM portal_subscriptions WHERE invoice = ?', invoice)).toHaveLength(1);
    }
  });

  test.skipIf(isOnPostgres)('[K3] claim, key and subscription are one transaction', async () => {
    const { code, invoice } = await crew.code();
    // The last of its writes fails, so nothing of those before it may stay.
    const other = databaseBeside(harness.databaseFile);
    other.exec(`CREATE TRIGGER no_claims BEFORE INSERT ON portal_subscriptions BEGIN SELECT RAISE(ABORT, 'not now'); END`);
    expect((await claim(marge, code)).status).toBe(500);
    other.exec('DROP TRIGGER no_claims');
    other.close();
    expect((await harness.operator.showBoard(`${invoice}-1`)).left).toBe(365);
    expect(await harness.store.reader.all('SELECT id FROM product_keys WHERE invoice = ?', invoice)).toEqual([]);
    expect((await claim(marge, code)).json).toMatchObject({ invoice, credits: 730 });
  });
});

describe('[K3] [A4] who may claim and see', () => {
  test('[K3] only an admin of the organisation claims; a member sees; who is in several says for which', async () => {
    const member = await crew.person('lenny');
    const leaving = await crew.join(marge, member);
    const { code, invoice } = await crew.code();
    const forMarges = { code, organizationId: marge.organizationId };
    expect((await crew.call(member.cookie, 'POST', '/claims', forMarges)).code).toBe('forbidden');
    expect((await crew.call(monty.cookie, 'POST', '/claims', forMarges)).code).toBe('not-found');
    const second = await crew.call(marge.cookie, 'POST', '/organizations', { name: 'Another' });
    expect((await claim(marge, code)).json).toMatchObject({ code: 'invalid-request', details: { field: 'organizationId' } });
    expect((await crew.call(marge.cookie, 'POST', '/claims', forMarges)).status).toBe(201);
    const url = `/organizations/${String(second.json['id'])}/members`;
    expect(url).toContain('o-');
    expect(await ofInvoice(member, invoice)).toMatchObject({ organization: { id: marge.organizationId } });
    await crew.call(member.cookie, 'DELETE', `/organizations/${marge.organizationId}/members/${leaving}`);
    expect(await subscriptions(member)).toEqual([]);
  });

  test('[A4] another’s subscriptions and boards are not there; the own ones are paged', async () => {
    const carl = await crew.person('carl');
    const { code } = await crew.code({ boards: 5 });
    const id = String((await claim(carl, code)).json['id']);
    expect((await crew.call(monty.cookie, 'GET', `/subscriptions/${id}/boards`)).code).toBe('not-found');
    expect((await crew.call(monty.cookie, 'GET', '/subscriptions/nonsense/boards')).code).toBe('not-found');
    expect((await subscriptions(monty)).map((one) => one['id'])).not.toContain(id);
    const serials: string[] = [];
    for (let cursor: string | null = ''; cursor !== null;) {
      const { json }: Answer = await crew.call(carl.cookie, 'GET', `/subscriptions/${id}/boards?limit=2&cursor=${cursor}`);
      expect(json['total']).toBe(5);
      serials.push(...(json['items'] as { serial: string }[]).map(({ serial }) => serial));
      cursor = json['nextCursor'] as string | null;
    }
    expect(serials).toHaveLength(5);
    await claim(carl, (await crew.code()).code);
    const { json } = await crew.call(carl.cookie, 'GET', '/subscriptions?limit=1');
    expect([json['total'], (json['items'] as unknown[]).length, typeof json['nextCursor']]).toEqual([2, 1, 'string']);
    const next = await crew.call(carl.cookie, 'GET', `/subscriptions?limit=1&cursor=${String(json['nextCursor'])}`);
    expect(next.json).toMatchObject({ items: [{ id }], nextCursor: null });
  });
});

describe('[K4] guessing', () => {
  test('[K4] a typing error is no guess; unknown codes are limited by person and address, and cost nobody else', async () => {
    const { code } = await crew.code();
    const guesser = await crew.person('snake');
    const unknown = Array.from({ length: 11 }, (_, n) => unknownCode(n));
    const mistyped = `${code.slice(0, -1)}${code.endsWith('A') ? 'B' : 'A'}`;
    const from = '203.0.113.77';
    const guess = async (typed: string, cookie: string, address: string): Promise<unknown> =>
      (await crew.open('/claims/preview', { code: typed }, { cookie, address })).json?.['code'];
    for (let typed = 0; typed < 20; typed += 1) expect(await guess(mistyped, guesser.cookie, from)).toBe('claim-not-valid');
    const codes = await Promise.all(unknown.map((typed) => guess(typed, guesser.cookie, from)));
    expect(codes.map(String).toSorted()).toEqual(['busy', ...Array<string>(10).fill('claim-not-valid')]);
    expect(await guess(code, guesser.cookie, '198.51.100.1')).toBe('busy');
    expect(await guess(code, monty.cookie, from)).toBe('busy');
    expect((await preview(monty, code)).status).toBe(200);
    harness.now += 2 * 60_000;
    expect(await guess(code, guesser.cookie, from)).toBeUndefined();
  });
});

/** A code whose check symbol is right and that nobody issued. */
function unknownCode(n: number): string {
  return newCode(Uint8Array.from({ length: 16 }, (_, place) => (n * 7 + place) % 256));
}
