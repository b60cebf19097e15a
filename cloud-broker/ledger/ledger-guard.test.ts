import { DatabaseSync, type SQLInputValue } from 'node:sqlite';
import { describe, expect, onTestFinished, test } from 'vitest';
import {
  balanceOf,
  databaseBeside,
  enrolled,
  factoryKeyPem,
  listBoards,
  testDomain,
  testStore,
  type TestStore,
} from '../../test/support/store.ts';
import { EMPTY_HASH } from './rules/transfers.ts';
import { verifyLedger } from './verify-books.ts';

/** Two transfers of springfield's: 10 and 20 credits. */
async function books(): Promise<{ store: TestStore; attacker: DatabaseSync }> {
  const store = await testStore();
  await testDomain(store, 'springfield');
  await testDomain(store, 'shelbyville');
  await listBoards(
    store,
    [10, 20].map((credits) => ({ serial: `SN-${credits}`, credits, factoryPublicKey: factoryKeyPem() })),
  );
  for (const serial of ['SN-10', 'SN-20']) await enrolled(store, { serial });
  const attacker = databaseBeside(store.file);
  attacker.exec('PRAGMA foreign_keys = OFF');
  onTestFinished(() => attacker.close());
  return { store, attacker };
}

const HEAD = '(SELECT hash FROM ledger_heads WHERE domain_id = 1)';

/** A transfer as somebody with the database file, but without the service, would write it; `change` is what is forged. */
function forged(attacker: DatabaseSync, change: Record<string, SQLInputValue>, verb = 'INSERT'): void {
  const values: Record<string, SQLInputValue> = {
    domain_id: 1,
    n: 3,
    at: 4_000_000_000_000,
    kind: 'adjustment',
    debit: 'vendor:adjustments',
    credit: 'domain',
    credits: 5,
    idempotency_key: 'forged',
    actor: 'nobody',
    balance_after: 35,
    previous_hash: String(attacker.prepare(`SELECT ${HEAD} AS hash`).get()?.['hash']),
    hash: 'f'.repeat(64),
    ...change,
  };
  const columns = Object.keys(values);
  attacker
    .prepare(`${verb} INTO transfers (${columns.join(', ')}) VALUES (${columns.map(() => '?').join(', ')})`)
    .run(...Object.values(values));
}

describe('with the database file in hand, its triggers in place', () => {
  const statements: [string, RegExp | string][] = [
    ['UPDATE transfers SET credits = 1000 WHERE n = 1', 'a transfer is never changed'],
    ["UPDATE transfers SET actor = 'nobody'", 'a transfer is never changed'],
    ['UPDATE OR REPLACE transfers SET n = 2 WHERE n = 1', 'a transfer is never changed'],
    ['DELETE FROM transfers WHERE n = 2', 'a transfer is never deleted'],
    ['DELETE FROM transfers', 'a transfer is never deleted'],
    ['REPLACE INTO transfers SELECT * FROM transfers WHERE n = 1', /never replaced|does not follow/],
    [
      'INSERT OR REPLACE INTO transfers SELECT id, domain_id, 3, at, date, kind, debit, credit, 5, idempotency_key, device_id, board_id, product_key_id, reverses, reason, actor, 35, ' +
        HEAD +
        ', hash FROM transfers WHERE n = 1',
      'a transfer is never replaced',
    ],
    ['UPDATE ledger_heads SET balance = 1000000', 'only a posted transfer moves the head'],
    [
      'UPDATE ledger_heads SET n = 1, balance = 10, hash = (SELECT hash FROM transfers WHERE n = 1) WHERE domain_id = 1',
      'only a posted transfer moves the head',
    ],
    ['UPDATE ledger_heads SET n = 3 WHERE domain_id = 1', 'only a posted transfer moves the head'],
    ['UPDATE ledger_heads SET at = 0 WHERE domain_id = 1', 'only a posted transfer moves the head'],
    ['DELETE FROM ledger_heads', 'a head is never deleted'],
    ["INSERT INTO ledger_heads VALUES (77, 0, 'x', 500, 0)", 'a chain begins once, with nothing'],
    ["INSERT OR REPLACE INTO ledger_heads VALUES (1, 0, 'x', 0, 0)", 'a chain begins once, with nothing'],
    ["UPDATE audit SET actor = 'nobody'", 'audit is append-only'],
    ['DELETE FROM audit', 'audit is append-only'],
  ];
  test('[L2] [L5] no transfer, head or audit entry is changed, deleted or replaced', async () => {
    const { store, attacker } = await books();
    for (const [statement, reason] of statements) expect(() => attacker.exec(statement), statement).toThrow(reason);
    expect(await balanceOf(store, 'springfield')).toBe(30);
    expect(await verifyLedger(store.file, [])).toMatchObject({ ok: true, transfers: 2, sum: 0 });
  });

  const chain = 'does not follow the head of its chain';
  const forgeries: [string, Record<string, SQLInputValue>, RegExp | string][] = [
    ['a number left out', { n: 4 }, chain],
    ['a number used before', { n: 2 }, /never replaced|does not follow/],
    ['another hash before it', { previous_hash: EMPTY_HASH }, chain],
    ['a time before the last one', { at: 1 }, chain],
    ['more in the balance than was moved', { balance_after: 1000 }, chain],
    ['less than one credit', { credits: 0, balance_after: 30 }, 'credits > 0'],
    ['a negative number of credits', { credits: -5, balance_after: 25 }, 'credits > 0'],
    ['half a credit', { credits: 0.5, balance_after: 30.5 }, 'cannot store REAL'],
    ['a balance below zero', { debit: 'domain', credit: 'vendor:usage', credits: 31, balance_after: -1 }, 'balance_after >= 0'],
    ['two domain accounts', { debit: 'domain' }, 'CHECK constraint'],
    ['two vendor accounts', { credit: 'vendor:loss', balance_after: 25 }, 'CHECK constraint'],
    ['an account that is not there', { debit: 'nobody' }, 'CHECK constraint'],
    ['a domain without a chain', { domain_id: 99, n: 1, previous_hash: EMPTY_HASH, balance_after: 5 }, chain],
    ['an idempotency key used before', { idempotency_key: 'enrolment:sn-10:1' }, 'never replaced'],
    ['a transfer that was not posted', { kind: 'gift' }, 'CHECK constraint'],
  ];
  const taken = {
    kind: 'reversal',
    debit: 'domain',
    credit: 'vendor:grants',
    credits: 10,
    balance_after: 20,
    reverses: 1,
    board_id: 1,
    idempotency_key: 'reversal:1',
  };
  const unfit = 'a reversal names a transfer of its domain, takes no more than it, and is never reversed';
  const falseReversals: [string, Record<string, SQLInputValue>][] = [
    ['more than was moved', { credits: 11, balance_after: 19 }],
    ['a transfer that is not there', { reverses: 99 }],
    ['nothing', { reverses: null }],
    ['a transfer, by another kind', { kind: 'adjustment' }],
    ['the same way', { debit: 'vendor:grants', credit: 'domain', balance_after: 40 }],
    ['into another account', { credit: 'vendor:loss' }],
    [
      'a reversal',
      { n: 4, reverses: 3, debit: 'vendor:grants', credit: 'domain', balance_after: 30, idempotency_key: 'reversal:3' },
    ],
    ['what is reversed already', { n: 4, balance_after: 10, idempotency_key: 'again' }],
  ];
  test('[L2] [L9] a reversal that does not fit what it reverses is refused by the database itself', async () => {
    const { attacker } = await books();
    for (const [what, change] of falseReversals.slice(0, -2))
      expect(() => forged(attacker, { ...taken, ...change }), what).toThrow(unfit);
    forged(attacker, taken);
    for (const [what, change] of falseReversals.slice(-2))
      expect(() => forged(attacker, { ...taken, ...change }), what).toThrow(what === 'a reversal' ? unfit : 'never replaced');
    const other = { domain_id: 2, n: 1, previous_hash: EMPTY_HASH, balance_after: 0, reverses: 2, idempotency_key: 'reversal:2' };
    expect(() => forged(attacker, { ...taken, ...other }), 'of another domain').toThrow(unfit);
  });
  test('[L1] [L3] [L5] a forged transfer is refused by the database itself', async () => {
    const { store, attacker } = await books();
    for (const [what, change, reason] of forgeries) {
      for (const verb of ['INSERT', 'INSERT OR REPLACE']) {
        expect(() => forged(attacker, change, verb), `${verb}: ${what}`).toThrow(reason);
      }
    }
    expect(attacker.prepare('SELECT n, balance FROM ledger_heads WHERE domain_id = 1').get()).toEqual({ n: 2, balance: 30 });
    expect(await verifyLedger(store.file, [])).toMatchObject({ ok: true, transfers: 2 });
  });

  test('[L5] one that follows in everything but its hash gets in, and verify names it', async () => {
    const { store, attacker } = await books();
    forged(attacker, {});
    expect(await balanceOf(store, 'springfield')).toBe(35);
    expect(await verifyLedger(store.file, [])).toMatchObject({
      ok: false,
      firstDifference: { domain: 'springfield', n: 3, what: 'content and hash do not fit' },
    });
  });
});
