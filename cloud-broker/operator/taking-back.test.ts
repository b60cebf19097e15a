import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openHarness, type Harness, type TestDomain } from '../service/testing/harness.ts';
import { verifyLedger } from '../ledger/verify-books.ts';
import { databaseBeside } from '../../test/support/store.ts';

const HOUR_MS = 3_600_000;

let harness: Harness;
let springfield: TestDomain;
let shelbyville: TestDomain;

beforeAll(async () => {
  harness = await openHarness();
  springfield = await harness.domain('springfield');
  shelbyville = await harness.domain('shelbyville');
});

afterAll(async () => harness.close());

const balance = async (domain: TestDomain): Promise<number> =>
  (await harness.store.reader.get<{ balance: number }>('SELECT balance FROM ledger_heads WHERE domain_id = ?', domain.id))
    ?.balance ?? 0;
const left = async (serial: string): Promise<number> => (await harness.operator.showBoard(serial)).left;
const unenrol = async (domain: TestDomain, id: string): Promise<void> => {
  await harness.store.write('unenrol', { now: harness.now, id, domainId: domain.id, actor: 'admin', address: null });
};
/** Enrols boards whose credits are held: the domain's unproven grants of today are spent first, in rows of the rule's own columns. */
const enrolHeld = async (domain: TestDomain, serials: string[]): Promise<void> => {
  const day = Math.floor(harness.now / (24 * HOUR_MS));
  const database = databaseBeside(harness.databaseFile);
  database.prepare('UPDATE domains SET unproven_day = ?, unproven_count = unproven_limit WHERE id = ?').run(day, domain.id);
  database.close();
  for (const serial of serials) await harness.enrol(domain, serial);
};
const proved = async (): Promise<void> => {
  const verdict = await verifyLedger(harness.databaseFile, []);
  expect(verdict).toEqual(expect.objectContaining({ ok: true, sum: 0 }));
};

describe('[E14] second thoughts', () => {
  test('[E14] a board unenrolled within 72 h of its grant takes it along: a mistyped domain costs nothing', async () => {
    const before = [await balance(springfield), await balance(shelbyville)];
    const id = await harness.device(springfield, 'ST-1', 100);
    harness.now += 71 * HOUR_MS;
    await unenrol(springfield, id);
    expect([await balance(springfield), await left('ST-1')]).toEqual([before[0], 100]);
    await harness.enrol(shelbyville, 'ST-1');
    expect([await balance(shelbyville), await left('ST-1')]).toEqual([(before[1] ?? 0) + 100, 0]);
    await proved();
  });

  test('[E14] after 72 h the credits stay in the domain', async () => {
    const id = await harness.device(springfield, 'ST-2', 100);
    const before = await balance(springfield);
    harness.now += 72 * HOUR_MS;
    await unenrol(springfield, id);
    expect([await balance(springfield), await left('ST-2')]).toEqual([before, 0]);
    await proved();
  });

  test('[L9] what was used is not owed: only what is there goes back, and the vendor may make the rest good', async () => {
    const capital = await harness.domain('capitalcity');
    const id = await harness.device(capital, 'ST-3', 100);
    await harness.operator.adjust('capitalcity', { credits: -70, reason: 'moved to another domain', id: 'move-1' });
    await unenrol(capital, id);
    expect([await balance(capital), await left('ST-3')]).toEqual([0, 30]);
    await expect(harness.operator.makeGood('ST-3', 'bought it')).rejects.toMatchObject({ code: 'conflict' });
    await harness.enrol(shelbyville, 'ST-3');
    const before = await balance(shelbyville);
    expect(await harness.operator.makeGood('ST-3', 'bought it')).toEqual({ serial: 'ST-3', domain: 'shelbyville', credits: 70 });
    expect(await balance(shelbyville)).toBe(before + 70);
    await expect(harness.operator.makeGood('ST-3', 'again')).rejects.toMatchObject({ details: { reason: 'nothing-missing' } });
    await proved();
  });
});

describe('[E14] the operator', () => {
  test('[E14] releases a board wherever it is, however long ago, audited in its domain and in the own log', async () => {
    const id = await harness.device(springfield, 'RE-1', 100);
    harness.now += 1000 * HOUR_MS;
    const released = await harness.operator.releaseBoard(' re-1 ', 'sold to Shelbyville, invoice 7');
    expect(released).toMatchObject({ serial: 'RE-1', domain: 'springfield', deviceId: id, takenBack: 100, left: 100 });
    const audited = await harness.store.reader.all<{ domain_id: number | null; details: string }>(
      "SELECT domain_id, details FROM audit WHERE action = 'board.released' ORDER BY id",
    );
    expect(audited.map(({ domain_id }) => domain_id)).toEqual([springfield.id, null]);
    expect(audited[0]?.details).toContain('sold to Shelbyville');
    expect((await harness.enrol(shelbyville, 'RE-1')).outcome).toBe('accepted');
    await expect(harness.operator.releaseBoard('ST-2', 'x')).rejects.toMatchObject({ code: 'conflict' });
    await expect(harness.operator.releaseBoard('RE-1', ' ')).rejects.toMatchObject({ code: 'invalid-request' });
    await expect(harness.operator.releaseBoard('none', 'x')).rejects.toMatchObject({ code: 'not-found' });
    await proved();
  });

  test('[E14] lets held credits go, of one board or an invoice; again finds none', async () => {
    const ogden = await harness.domain('ogdenville');
    const lines = [1, 2, 3].map((line) => ({
      line,
      values: { serial: `HE-${line}`, model: 'MX', credits: 50, fulfilment: 'on-enrolment', invoice: 'INV-H' },
    }));
    await harness.operator.importLines(lines);
    await enrolHeld(
      ogden,
      lines.map(({ values }) => values.serial),
    );
    expect([await balance(ogden), (await harness.operator.showDomain('ogdenville')).devices]).toEqual([0, 3]);
    expect(await harness.operator.releaseCredits({ serial: 'HE-1' })).toEqual({ released: 1, credits: 50 });
    expect(await harness.operator.releaseCredits({ invoice: 'INV-H', domain: 'Ogdenville' })).toEqual({
      released: 2,
      credits: 100,
    });
    expect(await harness.operator.releaseCredits({ invoice: 'INV-H', domain: 'ogdenville' })).toEqual({
      released: 0,
      credits: 0,
    });
    expect(await balance(ogden)).toBe(150);
    await expect(harness.operator.releaseCredits({ invoice: 'INV-H', domain: 'nowhere' })).rejects.toMatchObject({
      code: 'not-found',
    });
    await proved();
  });
});

describe('[L2] corrections', () => {
  test('[L4] an adjustment is booked once under its id, never below zero, and never changes a row', async () => {
    const domain = await harness.domain('adjusted');
    const asked = { credits: 40, reason: 'goodwill', id: 'g-1' };
    expect(await harness.operator.adjust('adjusted', asked)).toMatchObject({ id: 'g-1', repeated: false });
    expect(await harness.operator.adjust('adjusted', asked)).toMatchObject({ repeated: true });
    await expect(harness.operator.adjust('adjusted', { ...asked, credits: 41 })).rejects.toMatchObject({
      details: { reason: 'idempotency-key-reused' },
    });
    await expect(harness.operator.adjust('adjusted', { credits: -41, reason: 'x' })).rejects.toMatchObject({
      details: { reason: 'balance-below-zero' },
    });
    expect(await balance(domain)).toBe(40);
    const { items } = await harness.operator.history('adjusted', {});
    expect(items).toMatchObject([{ kind: 'adjustment', credits: 40, reason: 'goodwill' }]);
  });

  test('[L2] a row is reversed once, a reversal never, and only as far as the balance goes', async () => {
    const domain = await harness.domain('reversed');
    await harness.operator.adjust('reversed', { credits: 100, reason: 'wrong domain', id: 'w-1' });
    await harness.operator.adjust('reversed', { credits: -30, reason: 'used', id: 'w-2' });
    expect(await harness.operator.reverse('reversed', { n: 1, reason: 'was wrong' })).toMatchObject({ credits: 70 });
    expect(await balance(domain)).toBe(0);
    await expect(harness.operator.reverse('reversed', { n: 1, reason: 'again' })).rejects.toMatchObject({
      details: { reason: 'already-reversed' },
    });
    await expect(harness.operator.reverse('reversed', { n: 3, reason: 'x' })).rejects.toMatchObject({
      details: { reason: 'is-a-reversal' },
    });
    expect(await harness.operator.reverse('reversed', { n: 2, reason: 'not used after all' })).toMatchObject({ credits: 30 });
    await expect(harness.operator.reverse('reversed', { n: 9, reason: 'x' })).rejects.toMatchObject({ code: 'not-found' });
    await proved();
  });
});
