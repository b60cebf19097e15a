import { describe, expect, test } from 'vitest';
import { inProcessStore, type InProcessStore } from '../../test/support/in-process.ts';
import { START, testDomain } from '../../test/support/store.ts';
import { nextTransfer, type Head, type Transfer, type TransferRequest } from './rules/transfers.ts';
import { startOf } from './rules/usage.ts';
import {
  assertFollows,
  closeNextDay,
  headOf,
  post,
  requestOf,
  SELECT_TRANSFER,
  type PostingDomain,
  type TransferRow,
} from './posting.ts';
import { verifyLedger } from './verify-books.ts';

const ADJUSTMENT: TransferRequest = {
  kind: 'adjustment',
  direction: 'in',
  vendor: 'vendor:adjustments',
  credits: 100,
  idempotencyKey: 'adjustment:1',
  date: null,
  deviceId: null,
  boardId: null,
  productKeyId: null,
  reverses: null,
  reason: 'goodwill',
  actor: 'operator',
};

interface Books {
  store: InProcessStore;
  book(
    change: Partial<TransferRequest>,
    now?: number,
    domain?: PostingDomain,
  ): Promise<{ transferId: number; repeated: boolean }>;
}

async function books(): Promise<Books> {
  const store = await inProcessStore();
  const id = await testDomain(store, 'springfield');
  return {
    store,
    book: async (change, now = START, domain = { id, name: 'springfield', nextUsageDay: null }) =>
      store.transaction(async (context) => post(context, domain, { ...ADJUSTMENT, ...change }, now)),
  };
}

describe('posting', () => {
  test('[L4] the same key with the same content returns the first booking, also after later ones', async () => {
    const { store, book } = await books();
    const first = await book({});
    await book({ idempotencyKey: 'adjustment:2' });
    expect(await book({ actor: 'another operator', reason: 'told otherwise' })).toEqual({
      transferId: first.transferId,
      repeated: true,
    });
    expect([first.repeated, await headOf(store.reader, 1)]).toMatchObject([false, { n: 2, balance: 200 }]);
  });

  test('[L4] the same key with other content is a named conflict, never a second booking', async () => {
    const { store, book } = await books();
    const shelbyville = { id: await testDomain(store, 'shelbyville'), name: 'shelbyville', nextUsageDay: null };
    await book({});
    for (const change of [
      { credits: 101 },
      { direction: 'out' as const },
      { kind: 'usage' as const },
      { vendor: 'vendor:loss' as const },
    ]) {
      await expect(book(change)).rejects.toThrow(
        expect.objectContaining({
          code: 'conflict',
          details: { reason: 'idempotency-key-reused', idempotencyKey: 'adjustment:1' },
        }),
      );
    }
    await expect(book({}, START, shelbyville)).rejects.toThrow(expect.objectContaining({ code: 'conflict' }));
    expect([await headOf(store.reader, 1), await headOf(store.reader, shelbyville.id)]).toMatchObject([
      { n: 1, balance: 100 },
      { n: 0, balance: 0 },
    ]);
  });

  test('[L3] what the balance does not cover is refused, and nothing of it is stored', async () => {
    const { store, book } = await books();
    await book({});
    await expect(book({ direction: 'out', credits: 101, idempotencyKey: 'usage:1' })).rejects.toThrow(
      expect.objectContaining({ code: 'conflict', details: { reason: 'balance-below-zero' } }),
    );
    await book({ direction: 'out', credits: 100, idempotencyKey: 'usage:2' });
    expect(await headOf(store.reader, 1)).toMatchObject({ n: 2, balance: 0 });
    expect(await verifyLedger(store.file, [])).toEqual({ ok: true, domains: 1, transfers: 2, sum: 0 });
  });

  test('[L5] at never goes back when the clock jumps back, and the chain still verifies', async () => {
    const { store, book } = await books();
    for (const [n, now] of [START, START - 86_400_000, START + 5, 0].entries())
      await book({ idempotencyKey: `adjustment:${n}` }, now);
    expect((await store.reader.all<{ at: number }>('SELECT at FROM transfers ORDER BY n')).map(({ at }) => at - START)).toEqual([
      0, 0, 5, 5,
    ]);
    expect(await verifyLedger(store.file, [])).toMatchObject({ ok: true });
  });

  test('[L1] vendor accounts are the other side of every balance', async () => {
    const { store, book } = await books();
    await book({});
    await book({
      direction: 'out',
      vendor: 'vendor:usage',
      credits: 30,
      idempotencyKey: 'usage:1',
      kind: 'usage',
      date: '2026-11-23',
    });
    const sums = await store.reader.all(
      'SELECT account, sum(credits) AS balance FROM (SELECT debit AS account, -credits AS credits FROM transfers UNION ALL SELECT credit, credits FROM transfers) sides GROUP BY account ORDER BY account',
    );
    expect(sums).toEqual([
      { account: 'domain', balance: 70 },
      { account: 'vendor:adjustments', balance: -100 },
      { account: 'vendor:usage', balance: 30 },
    ]);
  });

  test('[L2] a transfer is reversed at most once', async () => {
    const { book } = await books();
    const { transferId } = await book({});
    await book({
      kind: 'reversal',
      direction: 'out',
      credits: 60,
      reverses: transferId,
      idempotencyKey: `reversal:${transferId}`,
    });
    const again = { direction: 'out', credits: 10, reverses: transferId, idempotencyKey: 'reversal:again' } as const;
    await expect(book({ kind: 'reversal', ...again })).rejects.toThrow();
  });
});

describe('what holds whatever the rules said', () => {
  const head: Head = { n: 3, hash: 'a'.repeat(64), balance: 40, at: START };
  const next = nextTransfer('springfield', head, ADJUSTMENT, START);

  test.each<[string, Partial<Transfer>, string]>([
    ['a credit less', { credits: 99 }, 'the balance is moved by what is transferred'],
    ['the other direction', { direction: 'out' }, 'the balance is moved by what is transferred'],
    ['half a credit', { credits: 0.5, balanceAfter: 40.5 }, 'a transfer moves a whole number of credits'],
    ['nothing', { credits: 0, balanceAfter: 40 }, 'a transfer moves a whole number of credits'],
    ['more than is there', { credits: 41, direction: 'out', balanceAfter: -1 }, 'no balance is below zero'],
    ['another number', { n: 5 }, 'a transfer follows the head of its chain'],
    ['an earlier time', { at: START - 1 }, 'a transfer follows the head of its chain'],
    ['another chain', { previousHash: 'b'.repeat(64) }, 'a transfer follows the head of its chain'],
  ])('[L1] [L3] [L5] a transfer with %s does not follow', (_what, change, rule) => {
    assertFollows(head, next);
    expect(() => assertFollows(head, { ...next, ...change })).toThrow(`broken rule: ${rule}`);
  });

  test('[L1] a row with the domain on both sides, or on none, is no transfer', async () => {
    const { store, book } = await books();
    await book({});
    const [row] = await store.reader.all<TransferRow>(SELECT_TRANSFER);
    if (row === undefined) throw new Error('nothing was booked');
    expect(requestOf(row)).toMatchObject({ direction: 'in', vendor: 'vendor:adjustments' });
    for (const debit of ['domain', 'vendor:loss'])
      expect(() => requestOf({ ...row, debit, credit: debit })).toThrow('broken rule: a transfer has the domain on one side');
  });

  test('[L6] a day that is not over is not closed, whoever asks', async () => {
    const { store } = await books();
    const open = await store.reader.get<{ day: number }>('SELECT next_usage_day AS day FROM domains');
    const over = startOf((open?.day ?? 0) + 1);
    const close = async (now: number) =>
      store.transaction(async (context) => closeNextDay(context, { id: 1, name: 'springfield' }, { now, waive: false }));
    await expect(close(over - 1)).rejects.toThrow('broken rule: only a day that is over is closed');
    expect(await close(over)).toEqual({ devices: 0, charged: 0 });
  });
});
