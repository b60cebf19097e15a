import { describe, expect, test } from 'vitest';
import { twoDomains, type TwoDomains } from '../../../test/support/in-process.ts';
import { balanceOf, DAY_MS, enrolled, LATER, listBoards, START, waiting } from '../../../test/support/store.ts';
import { verifyLedger } from '../../ledger/verify-books.ts';

const BY_OPERATOR = { now: START, actor: 'operator', reason: 'proof of purchase' };
const conflict = (reason: string): unknown =>
  expect.objectContaining({ code: 'conflict', details: expect.objectContaining({ reason }) });

interface World extends TwoDomains {
  leftOf: (serial: string) => Promise<number>;
  /** Leaves springfield with this many credits. */
  leave: (credits: number) => Promise<void>;
  balances: () => Promise<number[]>;
  proved: () => Promise<void>;
}

async function world(): Promise<World> {
  const domains = await twoDomains();
  const { store } = domains;
  let adjustments = 0;
  return {
    ...domains,
    leftOf: async (serial) =>
      (await store.reader.get<{ left: number }>('SELECT left_credits AS left FROM boards WHERE serial = ?', serial))?.left ?? -1,
    leave: async (credits) => {
      adjustments += 1;
      const by = credits - (await balanceOf(store, 'springfield'));
      await store.write('adjust', { ...BY_OPERATOR, domain: 'springfield', credits: by, id: `leave-${adjustments}` });
    },
    balances: async () => Promise.all(['springfield', 'shelbyville'].map(async (name) => balanceOf(store, name))),
    proved: async () => expect(await verifyLedger(store.file, [])).toMatchObject({ ok: true, sum: 0 }),
  };
}

describe('second thoughts', () => {
  test('[E14] by an admin or by the device itself, in one transaction with the end of the enrolment; elsewhere it is granted anew', async () => {
    for (const domainId of [1, null]) {
      const { store, balances, leftOf, proved } = await world();
      await listBoards(store, [{ serial: 'SN-1', credits: 9 }]);
      const { deviceId } = await enrolled(store, { serial: 'SN-1' });
      store.committed.splice(0);
      await store.write('unenrol', { id: deviceId, domainId, now: LATER - 1 - DAY_MS, actor: 'somebody', address: null });
      expect(store.committedOf('event').map(({ type }) => type)).toEqual(['device', 'billing']);
      expect([await balances(), await leftOf('SN-1')]).toEqual([[0, 0], 9]);
      const booked =
        'SELECT kind, actor, reason, device_id AS deviceId, reverses, idempotency_key AS key FROM transfers WHERE n = 2';
      expect(await store.reader.get(booked)).toEqual({
        kind: 'reversal',
        actor: 'somebody',
        reason: null,
        deviceId,
        reverses: 1,
        key: 'reversal:1',
      });
      await enrolled(store, { serial: 'SN-1', domain: 'shelbyville', key: 'new', now: LATER });
      expect(await balances()).toEqual([0, 9]);
      expect(await store.reader.all('SELECT idempotency_key AS key FROM transfers WHERE domain_id = 2')).toEqual([
        { key: 'enrolment:sn-1:2' },
      ]);
      await proved();
    }
  });

  test('[E14] the 72 h count from the grant, not from the enrolment: credits that the operator let go late are taken along', async () => {
    const { store, domainId, accept, unenrol, balances, leftOf } = await world();
    await accept();
    const { deviceId } = await enrolled(store, { serial: 'SN-1' });
    await listBoards(store, [{ serial: 'SN-1', credits: 9 }]);
    expect((await enrolled(store, { serial: 'SN-1' })).credits.reason).toBe('held');
    await store.write('releaseCredits', { now: LATER, actor: 'operator', of: { serial: 'SN-1' }, most: 10 });
    expect(await balances()).toEqual([9, 0]);
    await unenrol(deviceId, LATER + DAY_MS);
    expect([domainId, await balances(), await leftOf('SN-1')]).toEqual([1, [0, 0], 9]);
  });

  test('[L9] the balance does not cover it: what is there goes; where nothing is there, unenrolling works all the same', async () => {
    for (const [there, left] of [
      [4, 4],
      [0, 0],
    ] as const) {
      const { store, leave, unenrol, leftOf, balances, proved } = await world();
      await listBoards(store, [{ serial: 'SN-1', credits: 9 }]);
      const { deviceId } = await enrolled(store, { serial: 'SN-1' });
      await leave(there);
      await unenrol(deviceId);
      expect([await balances(), await leftOf('SN-1')]).toEqual([[0, 0], left]);
      expect(await store.reader.get('SELECT state FROM devices')).toEqual({ state: 'unenrolled' });
      await proved();
    }
  });
});

describe('releasing', () => {
  test('[E14] [E9] ends certificates and span, takes back whatever its age, and leaves no older grant behind by accident', async () => {
    const { store, leave, unenrol, balances, leftOf, proved } = await world();
    await listBoards(store, [{ serial: 'SN-1', credits: 5 }]);
    const { deviceId } = await enrolled(store, { serial: 'SN-1' });
    await leave(0);
    await unenrol(deviceId);
    await listBoards(store, [{ serial: 'SN-1', credits: 12 }]);
    await enrolled(store, { serial: 'SN-1' });
    await leave(100);
    // Both grants are of the last 72 h; only the last one is its grant.
    expect(await store.write('releaseBoard', { ...BY_OPERATOR, serial: 'sn-1' })).toEqual({
      serial: 'SN-1',
      domain: 'springfield',
      deviceId,
      takenBack: 7,
      missing: 0,
      left: 7,
    });
    expect([await balances(), await leftOf('SN-1')]).toEqual([[93, 0], 7]);
    expect(await store.reader.all('SELECT 1 FROM certificates WHERE revoked_at IS NULL')).toEqual([]);
    expect(await store.reader.all('SELECT 1 FROM enrolment_spans WHERE to_at IS NULL')).toEqual([]);
    expect(store.committedOf('revoked').at(-1)?.deviceId).toBe(deviceId);
    const audit = "SELECT domain_id AS domainId, subject FROM audit WHERE action = 'board.released' ORDER BY id";
    expect(await store.reader.all(audit)).toEqual([
      { domainId: 1, subject: deviceId },
      { domainId: null, subject: 'SN-1' },
    ]);
    await expect(store.write('releaseBoard', { ...BY_OPERATOR, serial: 'SN-1' })).rejects.toEqual(conflict('not-enrolled'));
    await proved();
  });

  test('[L6] [L9] the days that are over are charged before the balance is looked at', async () => {
    const { store, leave, balances } = await world();
    await listBoards(store, [{ serial: 'SN-1', credits: 9 }]);
    await enrolled(store, { serial: 'SN-1' });
    await leave(3);
    const now = START + 33 * DAY_MS;
    const released = await store.write('releaseBoard', { ...BY_OPERATOR, now, serial: 'SN-1' });
    expect(released).toMatchObject({ takenBack: 1, missing: 8 });
    expect(await balances()).toEqual([0, 0]);
  });
});

describe('making good', () => {
  /** SN-1 brought 10 to springfield, which had only `there` left when it was released; it is in shelbyville now. */
  async function released(there: number): Promise<World & { good: () => Promise<unknown> }> {
    const one = await world();
    await listBoards(one.store, [{ serial: 'SN-1', credits: 10 }]);
    await enrolled(one.store, { serial: 'SN-1' });
    await one.leave(there);
    await one.store.write('releaseBoard', { ...BY_OPERATOR, serial: 'SN-1' });
    await enrolled(one.store, { serial: 'SN-1', domain: 'shelbyville', key: 'new' });
    return { ...one, good: () => one.store.write('makeGood', { ...BY_OPERATOR, serial: 'SN-1' }) };
  }

  test.each([
    ['a part', 6, 4],
    ['nothing', 0, 10],
  ])('[L9] %s could be taken back: the rest comes from the loss account, once', async (_, there, missing) => {
    const { store, good, balances, proved } = await released(there);
    expect(await balances()).toEqual([0, there]);
    expect(await good()).toEqual({ serial: 'SN-1', domain: 'shelbyville', credits: missing });
    expect(await balances()).toEqual([0, 10]);
    await expect(good()).rejects.toEqual(conflict('nothing-missing'));
    const row = "SELECT kind, debit, credits, idempotency_key AS key, reason FROM transfers WHERE debit = 'vendor:loss'";
    expect(await store.reader.all(row)).toEqual([
      {
        kind: 'adjustment',
        debit: 'vendor:loss',
        credits: missing,
        key: 'adjustment:make-good:sn-1:1',
        reason: 'proof of purchase',
      },
    ]);
    await proved();
  });

  test('[L9] not where the credits are still: back in the domain that kept them, nothing is missing', async () => {
    const { store, leave } = await world();
    await listBoards(store, [{ serial: 'SN-1', credits: 10 }]);
    await enrolled(store, { serial: 'SN-1' });
    await leave(6);
    await store.write('releaseBoard', { ...BY_OPERATOR, serial: 'SN-1' });
    await expect(store.write('makeGood', { ...BY_OPERATOR, serial: 'SN-1' })).rejects.toEqual(conflict('not-enrolled'));
    await enrolled(store, { serial: 'SN-1' });
    await expect(store.write('makeGood', { ...BY_OPERATOR, serial: 'SN-1' })).rejects.toEqual(conflict('nothing-missing'));
  });

  test('[L9] what was made good is not taken back as well; what was made good by mistake can be', async () => {
    const { store, good, leave, balances, leftOf, proved } = await released(0);
    await good();
    await leave(50);
    const reverse = (domain: string, n: number): Promise<unknown> => store.write('reverse', { ...BY_OPERATOR, domain, n });
    await expect(reverse('springfield', 1)).rejects.toEqual(conflict('made-good'));
    await reverse('shelbyville', 1);
    expect([await balances(), await leftOf('SN-1')]).toEqual([[50, 0], 0]);
    await proved();
    await reverse('springfield', 1);
    expect([await balances(), await leftOf('SN-1')]).toEqual([[40, 0], 10]);
    await expect(good()).rejects.toEqual(conflict('nothing-missing'));
    await proved();
  });
});

describe('letting held credits go', () => {
  test('[E14] in pieces, by an invoice only in the domain named; what came to be with a product key meanwhile is not granted', async () => {
    const { store, balances, proved } = await world();
    await store.transaction(async ({ tx }) => tx.run('UPDATE domains SET unproven_limit = 0'));
    const boards = [1, 2, 3, 4].map((n) => ({ serial: `SN-${n}`, credits: n, invoice: 'INV-1' }));
    await listBoards(store, [...boards, { serial: 'SN-5', credits: 5, invoice: 'INV-2' }]);
    for (const n of [1, 2, 3, 5]) await enrolled(store, { serial: `SN-${n}`, now: START + n });
    await enrolled(store, { serial: 'SN-4', domain: 'shelbyville' });
    expect(await balances()).toEqual([0, 0]);
    await listBoards(store, [{ serial: 'SN-3', credits: 3, invoice: 'INV-1', fulfilment: 'product-key' }]);
    const release = () =>
      store.write('releaseCredits', {
        now: START,
        actor: 'operator',
        of: { invoice: 'INV-1', domain: 'springfield' },
        most: 2,
      });
    expect(await release()).toEqual({ released: 2, credits: 3, done: false });
    expect(await release()).toEqual({ released: 0, credits: 0, done: true });
    expect(await balances()).toEqual([3, 0]);
    const reasons = 'SELECT serial, granted, grant_reason AS reason FROM devices ORDER BY serial';
    expect(await store.reader.all(reasons)).toEqual([
      { serial: 'SN-1', granted: 1, reason: 'granted' },
      { serial: 'SN-2', granted: 2, reason: 'granted' },
      { serial: 'SN-3', granted: 0, reason: 'product-key' },
      { serial: 'SN-4', granted: 0, reason: 'held' },
      { serial: 'SN-5', granted: 0, reason: 'held' },
    ]);
    // A repeated enrolment answers with what was let go (E3), and the day's unproven grants were not spent by it.
    expect((await enrolled(store, { serial: 'SN-2' })).credits).toEqual({ granted: 2, reason: 'granted' });
    expect(await store.reader.get('SELECT max(unproven_count) AS most FROM domains')).toEqual({ most: 0 });
    await proved();
  });

  test('[E14] a board that waits for an admin, or is not held, has nothing to let go; one that is not listed is not found', async () => {
    const { store } = await world();
    await listBoards(store, [{ serial: 'SN-1', credits: 9 }]);
    await enrolled(store, { serial: 'SN-1' });
    await waiting(store, { serial: 'SN-1', key: 'other' }, 'key-changed');
    const release = (serial: string) =>
      store.write('releaseCredits', { now: START, actor: 'operator', of: { serial }, most: 10 });
    expect(await release('SN-1')).toEqual({ released: 0, credits: 0, done: true });
    await expect(release('SN-2')).rejects.toMatchObject({ code: 'not-found' });
  });
});

describe('corrections', () => {
  test('[L7] [L2] daily use that is given back is a row of its own; the closed day stays as it was', async () => {
    const { store, domainId, leave, balances, proved } = await world();
    await listBoards(store, [{ serial: 'SN-1', credits: 9 }]);
    await enrolled(store, { serial: 'SN-1' });
    const now = START + 32 * DAY_MS;
    await store.write('adjust', { ...BY_OPERATOR, now, domain: 'springfield', credits: 1, id: 'x' });
    expect(await balances()).toEqual([9, 0]);
    await store.write('reverse', { ...BY_OPERATOR, now, domain: 'springfield', n: 2 });
    expect(await balances()).toEqual([10, 0]);
    expect(await store.reader.all('SELECT domain_id AS domainId, charged FROM usage_days')).toEqual([{ domainId, charged: 1 }]);
    await leave(0);
    await proved();
  });

  test('[D1] [D8] nothing is corrected where a name is not confirmed, or where the domain is closed', async () => {
    const { store, domainId } = await world();
    const name = 'capital';
    await store.write('createDomain', { now: START, name, email: 'a@b.example', organization: '', contactName: '', phone: '' });
    const adjust = (domain: string, now: number) =>
      store.write('adjust', { ...BY_OPERATOR, now, domain, credits: 5, id: 'early' });
    await expect(adjust(name, START)).rejects.toEqual(conflict('domain-unconfirmed'));
    await adjust('springfield', START);
    await store.transaction(async ({ tx }) => tx.run('UPDATE domains SET closing_at = ? WHERE id = ?', LATER, domainId));
    await expect(adjust('springfield', LATER)).rejects.toEqual(conflict('domain-closed'));
    await expect(store.write('reverse', { ...BY_OPERATOR, now: LATER, domain: 'springfield', n: 1 })).rejects.toEqual(
      conflict('domain-closed'),
    );
    await expect(adjust('nowhere', START)).rejects.toMatchObject({ code: 'not-found' });
  });

  test('[A3] who corrected what and why stands in the audit log', async () => {
    const { store } = await world();
    await store.write('adjust', { ...BY_OPERATOR, domain: 'springfield', credits: 5, id: 'a' });
    await store.write('reverse', { ...BY_OPERATOR, domain: 'springfield', n: 1 });
    const audit =
      "SELECT domain_id AS domainId, actor, action, subject, details FROM audit WHERE action LIKE 'ledger.%' ORDER BY id";
    expect(await store.reader.all(audit)).toEqual([
      {
        domainId: 1,
        actor: 'operator',
        action: 'ledger.adjusted',
        subject: 'a',
        details: '{"credits":5,"reason":"proof of purchase"}',
      },
      {
        domainId: 1,
        actor: 'operator',
        action: 'ledger.reversed',
        subject: '1',
        details: '{"credits":5,"reason":"proof of purchase"}',
      },
    ]);
  });
});
