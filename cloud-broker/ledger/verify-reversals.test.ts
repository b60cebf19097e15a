import { describe, expect, onTestFinished, test } from 'vitest';
import { inProcessStore, type InProcessStore } from '../../test/support/in-process.ts';
import { balanceOf, CHANGE, databaseBeside, enrolled, listBoards, START, testDomain } from '../../test/support/store.ts';
import { verifyLedger } from './verify-books.ts';
import { takingBackDifference } from './verify-reversals.ts';
import { ConnectionTx } from '../store/sqlite/tx.ts';
import { openReader } from '../store/sqlite/connection.ts';

const BY_OPERATOR = { now: START, actor: 'operator', reason: 'a reason' };

/**
 * Springfield: 1 SN-1 brings 10, 2 SN-2 brings 20, 3 is 24 less, 4 SN-1's reversal takes the 6 that are there.
 * Shelbyville: 1 SN-1 brings those 6, 2 the missing 4 are made good.
 */
async function books(): Promise<InProcessStore> {
  const store = await inProcessStore();
  const domainId = await testDomain(store, 'springfield');
  await testDomain(store, 'shelbyville');
  await listBoards(
    store,
    [10, 20].map((credits, index) => ({ serial: `SN-${index + 1}`, credits })),
  );
  const { deviceId } = await enrolled(store, { serial: 'SN-1' });
  await enrolled(store, { serial: 'SN-2' });
  await store.write('adjust', { ...BY_OPERATOR, domain: 'springfield', credits: -24, id: 'a' });
  await store.write('unenrol', { id: deviceId, domainId, now: START, ...CHANGE });
  await enrolled(store, { serial: 'SN-1', domain: 'shelbyville' });
  await store.write('makeGood', { ...BY_OPERATOR, serial: 'SN-1' });
  return store;
}

async function differenceAfter(store: InProcessStore, ...statements: string[]) {
  const file = databaseBeside(store.file);
  onTestFinished(() => file.close());
  file.exec('PRAGMA foreign_keys = OFF; PRAGMA ignore_check_constraints = ON; DROP INDEX one_reversal_a_transfer');
  for (const row of file.prepare("SELECT name FROM sqlite_schema WHERE type = 'trigger'").all())
    file.exec(`DROP TRIGGER ${String(row['name'])}`);
  for (const statement of statements) file.exec(statement);
  const connection = openReader(store.file);
  onTestFinished(() => connection.close());
  return await takingBackDifference(new ConnectionTx(connection));
}

test('[L9] a grant taken back in part, brought elsewhere and made good: credits + made good − left = grants − reversals', async () => {
  const store = await books();
  expect([await balanceOf(store, 'springfield'), await balanceOf(store, 'shelbyville')]).toEqual([0, 10]);
  expect(await takingBackDifference(store.reader)).toBeNull();
  expect(await verifyLedger(store.file, [])).toMatchObject({ ok: true, sum: 0, transfers: 6 });
});

const CREDITS = 'credits = 11';
const REVERSAL = "kind = 'reversal'";
const MADE_GOOD = "debit = 'vendor:loss'";
const board = (serial: string): string => `(SELECT id FROM boards WHERE serial = '${serial}')`;

describe('with the guards taken away, the first difference is named', () => {
  const cases: [string, string[], string, number | null][] = [
    [
      'more taken back than was brought',
      [`UPDATE transfers SET ${CREDITS} WHERE ${REVERSAL}`],
      'takes back 11 credits, but row 1 moved 10',
      4,
    ],
    [
      'a reversal of nothing',
      [`UPDATE transfers SET reverses = 99, idempotency_key = 'reversal:99' WHERE ${REVERSAL}`],
      'that is not there',
      4,
    ],
    ['a reversal without what it reverses', [`UPDATE transfers SET reverses = NULL WHERE ${REVERSAL}`], 'that is not there', 4],
    [
      'another kind that reverses',
      [`UPDATE transfers SET kind = 'adjustment' WHERE ${REVERSAL}`],
      'but is of the kind adjustment',
      4,
    ],
    [
      'a reversal of a reversal',
      [
        `UPDATE transfers SET kind = 'reversal', reverses = 2, credits = 5, credit = 'vendor:grants', idempotency_key = 'reversal:2',
          (board_id, device_id) = (SELECT board_id, device_id FROM transfers WHERE id = 2) WHERE domain_id = 1 AND n = 3`,
        `UPDATE transfers SET reverses = 3, credits = 5, debit = 'vendor:grants', credit = 'domain', idempotency_key = 'reversal:3',
          (board_id, device_id) = (SELECT board_id, device_id FROM transfers WHERE id = 2) WHERE n = 4`,
      ],
      'reverses a reversal',
      4,
    ],
    ['a reversal in another domain', [`UPDATE transfers SET domain_id = 2, n = 9 WHERE ${REVERSAL}`], 'of another domain', 9],
    ['a reversal before what it reverses', [`UPDATE transfers SET n = 9 WHERE id = 1`], 'reverses row 9, which came later', 4],
    [
      'credits that went to another account',
      [`UPDATE transfers SET credit = 'vendor:loss' WHERE ${REVERSAL}`],
      'between the accounts of row 1',
      4,
    ],
    ['another board', [`UPDATE transfers SET board_id = ${board('SN-2')} WHERE ${REVERSAL}`], 'what row 1 was booked for', 4],
    ['another key', [`UPDATE transfers SET idempotency_key = 'reversal:7' WHERE ${REVERSAL}`], 'what row 1 was booked for', 4],
    [
      'two reversals',
      [
        `INSERT INTO transfers SELECT 77, domain_id, 5, at, date, kind, debit, credit, 1, 'reversal:1 ', device_id, board_id, product_key_id, reverses, reason, actor, balance_after, previous_hash, hash FROM transfers WHERE ${REVERSAL}`,
      ],
      'reverses row 1, which is reversed more than once',
      4,
    ],
    [
      'a grant given back twice',
      ["UPDATE boards SET left_credits = 5 WHERE serial = 'SN-1'"],
      'board SN-1: 9 credits are spent, but 14 were granted',
      null,
    ],
    [
      'a part of a key that was granted too',
      ["UPDATE boards SET key_credits = 20 WHERE serial = 'SN-2'"],
      'board SN-2: 0 credits are spent, but 20 were granted',
      null,
    ],
    [
      'more made good than was missing',
      [`UPDATE transfers SET credits = 11 WHERE ${MADE_GOOD}`],
      'board SN-1: 11 credits were made good, but its grants left 10 in domains',
      null,
    ],
  ];
  test.each(cases)('[L9] [L2] %s', async (_, statements, what, n) => {
    const difference = await differenceAfter(await books(), ...statements);
    expect(difference?.what).toContain(what);
    expect(difference?.n).toBe(n);
  });
});
