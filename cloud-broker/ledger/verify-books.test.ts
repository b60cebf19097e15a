import type { DatabaseSync } from 'node:sqlite';
import { describe, expect, test } from 'vitest';
import { START, testDomain } from '../../test/support/store.ts';
import { inProcessStore } from '../../test/support/in-process.ts';
import { books, tamper } from '../../test/support/books.ts';
import { transferHash, type TransferRequest } from './rules/transfers.ts';
import { post, SELECT_TRANSFER, type TransferRow } from './posting.ts';
import { transferOf, verifyLedger } from './verify-books.ts';

/** Computes springfield's chain anew from its rows as they are now, hashes and head, as an attacker with the code would. */
function computeAnew(file: DatabaseSync): void {
  let previousHash = '0'.repeat(64);
  let balance = 0;
  for (const row of file.prepare(`${SELECT_TRANSFER} WHERE t.domain_id = 1 ORDER BY t.n`).all()) {
    const { hash: _, ...content } = transferOf(row as unknown as TransferRow);
    balance += content.direction === 'in' ? content.credits : -content.credits;
    const hash = transferHash({ ...content, previousHash, balanceAfter: balance });
    file
      .prepare('UPDATE transfers SET previous_hash = ?, balance_after = ?, hash = ? WHERE domain_id = 1 AND n = ?')
      .run(previousHash, balance, hash, content.n);
    file.prepare('UPDATE ledger_heads SET n = ?, hash = ?, balance = ? WHERE domain_id = 1').run(content.n, hash, balance);
    previousHash = hash;
  }
}

const adjustment = (domain: number, n: number): TransferRequest => ({
  kind: 'adjustment',
  direction: 'in',
  vendor: 'vendor:adjustments',
  credits: 1,
  idempotencyKey: `adjustment:${domain}:${n}`,
  date: null,
  deviceId: null,
  boardId: null,
  productKeyId: null,
  reverses: null,
  reason: null,
  actor: 'operator',
});

describe('books that nobody touched', () => {
  test('[L5] verify, with the signed heads and without', async () => {
    const { store, signed } = await books();
    expect(await verifyLedger(store.file, signed)).toEqual({ ok: true, domains: 2, transfers: 5, sum: 0 });
    expect(await verifyLedger(store.file, [])).toMatchObject({ ok: true });
    expect(signed).toMatchObject([
      { domain: 'shelbyville', n: 1, balance: 10 },
      { domain: 'springfield', n: 3, balance: 30, at: '2026-11-23T08:00:00.000Z' },
    ]);
  });

  test('[L5] verify while the service goes on writing: what is posted meanwhile is no difference', async () => {
    const store = await inProcessStore();
    const ids = [await testDomain(store, 'springfield'), await testDomain(store, 'shelbyville')];
    const book = async (domain: number, n: number): Promise<unknown> =>
      store.transaction(async (context) =>
        post(
          context,
          { id: ids[domain] ?? 0, name: ['springfield', 'shelbyville'][domain] ?? '', nextUsageDay: null },
          adjustment(domain, n),
          START,
        ),
      );
    for (let n = 0; n < 1100; n += 1) await book(1, n);
    await book(0, 0);
    // It has walked springfield and is somewhere in shelbyville's rows when both are posted to.
    const verdict = verifyLedger(store.file, []);
    for (const domain of [0, 1]) await book(domain, 2000);
    expect(await verdict).toEqual({ ok: true, domains: 2, transfers: 1101, sum: 0 });
    expect(await verifyLedger(store.file, [])).toMatchObject({ ok: true, transfers: 1103, sum: 0 });
  });
});

describe('with the guards taken away, the first difference is named', () => {
  const cases: [string, string[], { domain: string; n: number | null; what: string | RegExp }][] = [
    [
      'a changed amount',
      ['UPDATE transfers SET credits = 11 WHERE domain_id = 1 AND n = 2'],
      { domain: 'springfield', n: 2, what: 'content and hash do not fit' },
    ],
    [
      'a changed device',
      ["UPDATE transfers SET device_id = 'other' WHERE domain_id = 1 AND n = 1"],
      { domain: 'springfield', n: 1, what: 'content and hash do not fit' },
    ],
    [
      'a changed actor',
      ["UPDATE transfers SET actor = 'other' WHERE domain_id = 2"],
      { domain: 'shelbyville', n: 1, what: 'content and hash do not fit' },
    ],
    [
      'a changed vendor account',
      ["UPDATE transfers SET debit = 'vendor:loss' WHERE domain_id = 1 AND n = 4"],
      { domain: 'springfield', n: 4, what: 'content and hash do not fit' },
    ],
    [
      'a changed order',
      [
        'UPDATE transfers SET n = 99 WHERE domain_id = 1 AND n = 2',
        'UPDATE transfers SET n = 2 WHERE domain_id = 1 AND n = 3',
        'UPDATE transfers SET n = 3 WHERE n = 99',
      ],
      { domain: 'springfield', n: 2, what: /hash/ },
    ],
    [
      'a row taken out',
      ['DELETE FROM transfers WHERE domain_id = 1 AND n = 2'],
      { domain: 'springfield', n: 3, what: 'row 2 is missing' },
    ],
    [
      'the first row taken out',
      ['DELETE FROM transfers WHERE domain_id = 1 AND n = 1'],
      { domain: 'springfield', n: 2, what: 'row 1 is missing' },
    ],
    [
      'the last row taken out',
      ['DELETE FROM transfers WHERE domain_id = 1 AND n = 4'],
      { domain: 'springfield', n: 3, what: /head says n 4/ },
    ],
    [
      'a raised head',
      ['UPDATE ledger_heads SET balance = 1000 WHERE domain_id = 2'],
      { domain: 'shelbyville', n: 1, what: /head says balance 1000/ },
    ],
    [
      'a head taken out',
      ['DELETE FROM ledger_heads WHERE domain_id = 2'],
      { domain: 'shelbyville', n: null, what: 'has no head' },
    ],
    [
      'a time that goes back',
      ['UPDATE transfers SET at = 1 WHERE domain_id = 1 AND n = 3'],
      { domain: 'springfield', n: 3, what: 'was posted before the row before it' },
    ],
    [
      'a board given back its credits',
      ["UPDATE boards SET left_credits = 10 WHERE serial = 'SN-3'"],
      { domain: '', n: null, what: 'board SN-3: 0 credits are spent, but 10 were granted' },
    ],
    [
      'a board whose credits vanished',
      [
        "INSERT INTO boards (serial_key, serial, model, fulfilment, credits, left_credits, listed_at) VALUES ('x', 'X', 'M', 'on-enrolment', 5, 0, 0)",
      ],
      { domain: '', n: null, what: 'board X: 5 credits are spent, but 0 were granted' },
    ],
    [
      'transfers of nobody',
      [
        'UPDATE transfers SET domain_id = 99 WHERE domain_id = 2',
        'DELETE FROM ledger_heads WHERE domain_id = 2',
        'DELETE FROM domains WHERE id = 2',
      ],
      { domain: '', n: null, what: 'all balances sum to -10, not to zero' },
    ],
  ];
  test.each(cases)('[L5] %s', async (_, statements, difference) => {
    const { store } = await books();
    tamper(store, ...statements);
    const verdict = await verifyLedger(store.file, []);
    expect(verdict).toMatchObject({ ok: false, firstDifference: { domain: difference.domain, n: difference.n } });
    expect(verdict.firstDifference?.what).toMatch(difference.what);
  });
});

test('[L5] a row changed and hashed anew by itself: the next one no longer follows', async () => {
  const { store } = await books();
  const file = tamper(store, "UPDATE transfers SET actor = 'somebody else' WHERE domain_id = 1 AND n = 2");
  const row = file.prepare(`${SELECT_TRANSFER} WHERE t.domain_id = 1 AND t.n = 2`).get() as unknown as TransferRow;
  const { hash: _, ...content } = transferOf(row);
  file.prepare('UPDATE transfers SET hash = ? WHERE domain_id = 1 AND n = 2').run(transferHash(content));
  expect(await verifyLedger(store.file, [])).toMatchObject({
    ok: false,
    firstDifference: { domain: 'springfield', n: 3, what: 'does not name the hash of the row before' },
  });
});

describe('what only the signed heads outside the database can tell', () => {
  test('[L5] a cut tail', async () => {
    const { store, signed } = await books();
    const file = tamper(
      store,
      'DELETE FROM transfers WHERE domain_id = 1 AND n > 2',
      "UPDATE boards SET left_credits = 10 WHERE serial IN ('SN-3', 'SN-4')",
    );
    computeAnew(file);
    expect(await verifyLedger(store.file, [])).toMatchObject({ ok: true });
    expect(await verifyLedger(store.file, signed)).toMatchObject({
      ok: false,
      firstDifference: { domain: 'springfield', n: 3, what: 'row 3 was signed as the head, but the chain ends at 2' },
    });
  });

  test('[L5] a whole chain computed anew', async () => {
    const { store, signed } = await books();
    const file = tamper(store, "UPDATE transfers SET actor = 'somebody else' WHERE domain_id = 1 AND n = 1");
    computeAnew(file);
    expect(await verifyLedger(store.file, [])).toMatchObject({ ok: true });
    expect(await verifyLedger(store.file, signed)).toMatchObject({
      ok: false,
      firstDifference: { domain: 'springfield', n: 3, what: 'is not the row that was signed as the head' },
    });
  });

  test('[L5] a domain that is gone with all its rows', async () => {
    const { store, signed } = await books();
    tamper(
      store,
      'DELETE FROM transfers WHERE domain_id = 2',
      'DELETE FROM ledger_heads WHERE domain_id = 2',
      'DELETE FROM domains WHERE id = 2',
      "UPDATE boards SET left_credits = 10 WHERE serial = 'SN-5'",
    );
    expect(await verifyLedger(store.file, [])).toMatchObject({ ok: true });
    expect(await verifyLedger(store.file, signed)).toMatchObject({ ok: false, firstDifference: { domain: 'shelbyville' } });
  });
});
