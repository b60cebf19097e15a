import { describe, expect, test } from 'vitest';
import { twoDomains, type TwoDomains } from '../../../test/support/in-process.ts';
import {
  balanceOf,
  CHANGE,
  DAY_MS,
  enrolled,
  factoryKeyPem,
  LATER,
  listBoards,
  START,
  testDomain,
  waiting,
  type RegisterLine,
  type Try,
} from '../../../test/support/store.ts';
import { listHeld } from '../../billing/queries/held.ts';
import { unprovenTables } from '../../register/schema/unproven.ts';
import { isOnPostgres } from '../../../test/support/test-database.ts';

interface World extends TwoDomains {
  /** Lists boards of invoice INV-1: their serials. */
  list: (count: number, about?: Partial<RegisterLine>) => Promise<string[]>;
  /** Enrols; what it brought: `granted`, `held` … */
  reason: (serial: string, domain: string, more?: Partial<Try>) => Promise<string>;
  unenrolBoard: (serial: string, now?: number) => Promise<void>;
  told: () => Promise<{ action: string; subject: string; details: unknown }[]>;
}

async function world(): Promise<World> {
  const domains = await twoDomains();
  const { store } = domains;
  let listed = 0;
  return {
    ...domains,
    list: async (count, about = {}) => {
      const serials = Array.from({ length: count }, (_, n) => `SN-${listed + n + 1}`);
      listed += count;
      await listBoards(
        store,
        serials.map((serial) => ({ serial, credits: 10, invoice: 'INV-1', ...about })),
      );
      return serials;
    },
    reason: async (serial, domain, more = {}) =>
      (await enrolled(store, { serial, domain, key: `${serial} ${domain}`, ...more })).credits.reason,
    unenrolBoard: async (serial, now = START) => {
      const device = await store.reader.get<{ id: string; domainId: number }>(
        "SELECT id, domain_id AS domainId FROM devices WHERE serial = ? AND state = 'enrolled'",
        serial,
      );
      await store.write('unenrol', { id: device?.id ?? '', domainId: device?.domainId ?? 0, now, ...CHANGE });
    },
    told: async () => {
      const rows = await store.reader.all<{ action: string; subject: string; details: string }>(
        "SELECT action, subject, details FROM audit WHERE domain_id IS NULL AND action LIKE 'grants.%' ORDER BY id",
      );
      return rows.map((row) => ({ ...row, details: JSON.parse(row.details) as unknown }));
    },
  };
}

describe('an invoice whose boards turn up in a second domain', () => {
  test('[E14] 500 of its serials squatted in one domain: the second domain gets none, nor does the first get more; the operator is told', async () => {
    const { store, list, reason, told } = await world();
    const serials = await list(503);
    const [third = '', second = '', first = '', ...squatted] = serials;
    for (const serial of squatted) expect(await reason(serial, 'springfield')).toBe('granted');
    expect(await told()).toEqual([]);
    expect(await reason(first, 'shelbyville')).toBe('held');
    expect(await reason(second, 'shelbyville')).toBe('held');
    expect(await balanceOf(store, 'shelbyville')).toBe(0);
    const details = { invoice: 'INV-1', domain: 'shelbyville', domains: ['springfield', 'shelbyville'] };
    expect(await told()).toEqual([{ action: 'grants.invoice-split', subject: 'INV-1', details }]);
    expect(store.committedOf('warned')).toEqual([{ kind: 'warned', reason: 'invoice-split', details }]);
    // And again on a day on which more of it is held.
    expect(await reason(third, 'springfield', { now: START + DAY_MS })).toBe('held');
    expect((await told()).length).toBe(2);
  });

  test('[E14] boards with a factory key, without an invoice, or of another invoice are none of this', async () => {
    const { list, reason, told } = await world();
    const [one = '', two = ''] = await list(2, { factoryPublicKey: factoryKeyPem() });
    const [three = '', four = ''] = await list(2, { invoice: '' });
    const [five = ''] = await list(1, { invoice: 'INV-2' });
    const [six = '', seven = ''] = await list(2);
    for (const serial of [one, three, five]) expect(await reason(serial, 'springfield')).toBe('granted');
    for (const serial of [two, four, six]) expect(await reason(serial, 'shelbyville')).toBe('granted');
    expect(await reason(seven, 'shelbyville')).toBe('granted');
    expect(await told()).toEqual([]);
  });

  test('[E14] a mistyped domain that is undone in time costs nothing; who stays or leaves too late goes on counting', async () => {
    const { list, reason, unenrolBoard } = await world();
    const [one = '', two = '', three = '', four = ''] = await list(4);
    expect(await reason(one, 'springfield')).toBe('granted');
    await unenrolBoard(one, START + DAY_MS);
    expect(await reason(one, 'shelbyville', { now: START + DAY_MS })).toBe('granted');
    expect(await reason(two, 'springfield', { now: START + DAY_MS })).toBe('held');
    // It had brought nothing, so nothing of it is left there, however late.
    await unenrolBoard(two, LATER + DAY_MS);
    expect(await reason(three, 'shelbyville', { now: LATER + DAY_MS })).toBe('granted');
    await unenrolBoard(one, LATER + DAY_MS);
    await unenrolBoard(three, LATER + DAY_MS);
    expect(await reason(four, 'springfield', { now: LATER + DAY_MS })).toBe('held');
  });

  test('[E14] who spent a part of it in three days has undone the mistake all the same', async () => {
    const { store, list, reason, unenrolBoard } = await world();
    const [one = '', two = ''] = await list(2);
    await reason(one, 'springfield');
    await store.write('adjust', { now: START, actor: 'o', reason: 'r', domain: 'springfield', credits: -3, id: 'spent' });
    await unenrolBoard(one);
    expect(await reason(two, 'shelbyville')).toBe('granted');
  });

  test('[E14] once the operator has released the boards of the one domain the other is granted again, whatever the balance covered', async () => {
    const { store, list, reason } = await world();
    const [one = '', two = '', three = ''] = await list(3);
    await reason(one, 'springfield');
    await store.write('adjust', { now: START, actor: 'o', reason: 'r', domain: 'springfield', credits: -10, id: 'spent' });
    expect(await reason(two, 'shelbyville')).toBe('held');
    await store.write('releaseBoard', { now: LATER, actor: 'operator', reason: 'proof of purchase', serial: one });
    expect(await reason(three, 'shelbyville', { now: LATER })).toBe('granted');
  });

  test('[E14] what is held shows in Billing, and the operator lets it go in either domain', async () => {
    const { store, list, reason } = await world();
    const [one = '', two = ''] = await list(2);
    await reason(one, 'springfield');
    await reason(two, 'shelbyville');
    const heldIn = async (id: number): Promise<string[]> =>
      (await listHeld(store.reader, { domainId: id, tags: [] }, { cursor: undefined, limit: 10 })).items.map(
        ({ serial }) => serial,
      );
    expect(await heldIn(2)).toEqual([two]);
    const of = { invoice: 'INV-1', domain: 'shelbyville' };
    expect(await store.write('releaseCredits', { now: START, actor: 'operator', of, most: 10 })).toMatchObject({ credits: 10 });
    expect(await heldIn(2)).toEqual([]);
    expect(await balanceOf(store, 'shelbyville')).toBe(10);
  });

  test('[E14] an approval holds as an enrolment does', async () => {
    const { store, domainId, list, reason } = await world();
    const id = await waiting(store, { serial: 'SN-1' });
    const [one = '', two = '', three = ''] = await list(3);
    await reason(two, 'shelbyville');
    await store.write('approve', { now: START, id, domainId, as: null, ...CHANGE });
    expect((await enrolled(store, { serial: one })).credits.reason).toBe('held');
    expect(await reason(three, 'shelbyville')).toBe('held');
  });

  test('[E14] the register moves a held board to another invoice: it counts by what its line says now', async () => {
    const { store, list, reason } = await world();
    const [one = '', two = '', three = ''] = await list(3);
    await reason(one, 'springfield');
    expect(await reason(two, 'shelbyville')).toBe('held');
    await listBoards(store, [{ serial: two, credits: 10, invoice: 'INV-2' }]);
    expect(await reason(three, 'springfield')).toBe('granted');
    const [other = ''] = await list(1, { invoice: 'INV-2' });
    expect(await reason(other, 'springfield')).toBe('held');
  });

  test.skipIf(isOnPostgres)(
    '[E14] a folder of an earlier version knows where its boards are from its devices and books',
    async () => {
      const { store, list, reason, unenrolBoard } = await world();
      const serials = await list(5);
      const [left = '', undone = '', there = ''] = serials;
      for (const serial of [left, undone, there]) await reason(serial, 'springfield');
      await unenrolBoard(undone);
      await unenrolBoard(left, LATER);
      await reason(serials[3] ?? '', 'shelbyville');
      const places = async (): Promise<unknown[]> =>
        store.reader.all(
          'SELECT serial, p.domain_id AS domain FROM invoice_places p JOIN boards b ON b.id = p.board_id ORDER BY serial',
        );
      const before = await places();
      expect(before.map((place) => Object.values(place as object))).toEqual([
        ['SN-1', 1],
        ['SN-3', 1],
        ['SN-4', 2],
      ]);
      const days = await store.reader.all('SELECT day, grants FROM unproven_days');
      store.exec('DROP TABLE invoice_places; DROP TABLE unproven_days; DROP TABLE unproven_warnings');
      store.exec(unprovenTables);
      expect(await places()).toEqual(before);
      expect(await store.reader.all('SELECT day, grants FROM unproven_days')).toEqual(days);
    },
  );
});

describe('the unproven grants of the whole service in a day', () => {
  test('[E14] are counted over all domains; beyond the limit they are held, and the operator is told once a day', async () => {
    const { store, list, reason, told } = await world();
    await testDomain(store, 'capital');
    const at = (now: number) => ({ now, unprovenLimit: 3 });
    const domains = ['springfield', 'shelbyville', 'capital', 'springfield', 'capital'];
    const day = async (now: number): Promise<string[]> => {
      const reasons: string[] = [];
      for (const domain of domains) {
        const [serial = ''] = await list(1, { invoice: `INV-${now}-${reasons.length}` });
        reasons.push(await reason(serial, domain, at(now)));
      }
      return reasons;
    };
    expect(await day(START)).toEqual(['granted', 'granted', 'granted', 'held', 'held']);
    const [proven = ''] = await list(1, { factoryPublicKey: factoryKeyPem() });
    expect(await reason(proven, 'capital', at(START))).toBe('granted');
    const first = { action: 'grants.service-limit', subject: 'service', details: { limit: 3, grants: 3, domain: 'springfield' } };
    expect(await told()).toEqual([first]);
    expect(await day(START + DAY_MS)).toEqual(['granted', 'granted', 'granted', 'held', 'held']);
    expect(await told()).toEqual([first, first]);
    expect(store.committedOf('warned').map(({ reason: why }) => why)).toEqual(['service-limit', 'service-limit']);
  });

  test('[E14] hold approvals alike; what the operator lets go spends none of them', async () => {
    const { store, domainId, list, reason } = await world();
    const id = await waiting(store, { serial: 'SN-1' });
    const [one = ''] = await list(1);
    await store.write('approve', { now: START, id, domainId, as: null, ...CHANGE, unprovenLimit: 0 });
    expect((await enrolled(store, { serial: one })).credits.reason).toBe('held');
    await store.write('releaseCredits', { now: START, actor: 'operator', of: { serial: one }, most: 10 });
    const [two = '', three = ''] = await list(2);
    expect(await reason(two, 'springfield', { unprovenLimit: 1 })).toBe('granted');
    expect(await reason(three, 'springfield', { unprovenLimit: 1 })).toBe('held');
  });
});
