import { describe, expect, onTestFinished, test } from 'vitest';
import { inProcessStore, type InProcessStore } from '../../test/support/in-process.ts';
import { CHANGE, databaseBeside, DAY_MS, enrolled, listBoards, START, testDomain } from '../../test/support/store.ts';
import { closeOpenDays } from './close-days.ts';
import { trialEnd } from '../domains/rules/status.ts';
import { firstChargedDay, startOf } from './rules/usage.ts';
import { verifyLedger } from './verify-books.ts';
import { usageDifference } from './verify-usage.ts';
import { ConnectionTx } from '../store/sqlite/tx.ts';
import { openReader } from '../store/sqlite/connection.ts';

/** 2026-12-24: the trial ends in the morning of the 23rd. */
const FIRST_DAY = firstChargedDay(trialEnd(START));
const HOUR_MS = 3_600_000;

/**
 * Three boards and 9 credits. On the first charged day one of them leaves and comes back, on the second it leaves for good, for the fourth
 * the last credit is left; five days are closed.
 */
async function closedDays(): Promise<InProcessStore> {
  const store = await inProcessStore();
  const domainId = await testDomain(store, 'springfield');
  await listBoards(
    store,
    [1, 2, 3].map((n) => ({ serial: `SN-${n}`, credits: 3 })),
  );
  const ids: string[] = [];
  for (const n of [1, 2, 3]) ids.push((await enrolled(store, { serial: `SN-${n}` })).deviceId);
  const leave = (now: number) => store.write('unenrol', { now, id: ids[2] ?? '', domainId, ...CHANGE });
  await leave(startOf(FIRST_DAY) + HOUR_MS);
  await enrolled(store, { serial: 'SN-3', now: startOf(FIRST_DAY) + 2 * HOUR_MS });
  await leave(startOf(FIRST_DAY + 1) + HOUR_MS);
  const through = FIRST_DAY + 4;
  await closeOpenDays(store, { now: startOf(through + 1), through, domain: null, byOperator: null });
  return store;
}

function differenceAfter(store: InProcessStore, ...statements: string[]) {
  const file = databaseBeside(store.file);
  onTestFinished(() => file.close());
  file.exec('PRAGMA foreign_keys = OFF; PRAGMA ignore_check_constraints = ON');
  for (const row of file.prepare("SELECT name FROM sqlite_schema WHERE type = 'trigger'").all())
    file.exec(`DROP TRIGGER ${String(row['name'])}`);
  for (const statement of statements) file.exec(statement);
  const connection = openReader(store.file);
  onTestFinished(() => connection.close());
  return usageDifference(new ConnectionTx(connection), { id: 1, name: 'springfield' });
}

test('[L6] closed days are right as they were closed: a board that left and came back counts once, the day it left is its last', async () => {
  const store = await closedDays();
  const rows = await store.reader.all<{ devices: number; charged: number }>(
    'SELECT devices, charged FROM usage_days ORDER BY day',
  );
  expect(rows.map(({ devices, charged }) => [devices, charged])).toEqual([
    [3, 3],
    [3, 3],
    [2, 2],
    [2, 1],
    [2, 0],
  ]);
  expect(await usageDifference(store.reader, { id: 1, name: 'springfield' })).toBeNull();
  expect(await verifyLedger(store.file, [])).toMatchObject({ ok: true, transfers: 7 });
});

const at = (day: number): string => `day = ${FIRST_DAY + day}`;
const transferAt = (day: number): string => `id = (SELECT transfer_id FROM usage_days WHERE ${at(day)})`;

describe('[L6] with the guards taken away, the first difference is named', () => {
  const cases: [string, string[], string][] = [
    ['a day taken out', [`DELETE FROM usage_days WHERE ${at(2)}`], '2026-12-26 is not closed, but a later one is'],
    ['the first day taken out', [`DELETE FROM usage_days WHERE ${at(0)}`], '2026-12-24 is not closed, but a later one is'],
    [
      'the last day taken out',
      [`DELETE FROM usage_days WHERE ${at(4)}`],
      '2026-12-28 is the next to be closed, but the domain says 2026-12-29',
    ],
    ['a day of the trial', [`UPDATE usage_days SET day = day - 1 WHERE ${at(0)}`], '2026-12-23 is closed, but it was free'],
    [
      'a day that counts more',
      [`UPDATE usage_days SET devices = 4 WHERE ${at(0)}`],
      '2026-12-24 counts 4 devices, but 3 were enrolled',
    ],
    [
      'a span taken out',
      ["DELETE FROM enrolment_spans WHERE to_at IS NULL AND device_id LIKE 'dev-%' AND id = 1"],
      '2026-12-24 counts 3 devices, but 2 were enrolled',
    ],
    [
      'a day that charges less',
      [`UPDATE usage_days SET charged = 2 WHERE ${at(0)}`],
      '2026-12-24 charges 2, but its transfer moved 3',
    ],
    [
      'a transfer forgotten',
      [`UPDATE usage_days SET charged = 0, transfer_id = NULL WHERE ${at(1)}`],
      '2026-12-25 charges 0 for 3 devices, but its end left 6 credits',
    ],
    [
      'a transfer forgotten, of a day that was closed by the rules of before',
      [`UPDATE usage_days SET charged = 0, transfer_id = NULL, head_n = NULL WHERE ${at(1)}`],
      'charges a day that is not closed',
    ],
    [
      'a day that says it was closed elsewhere in the chain',
      [`UPDATE usage_days SET head_n = head_n - 1 WHERE ${at(1)}`],
      '2026-12-25 was closed after row 3, but charges by row 5',
    ],
    [
      'a day that says it was closed after rows that are not there',
      [`UPDATE usage_days SET head_n = 99 WHERE ${at(4)}`],
      '2026-12-28 was closed after row 99, which is missing',
    ],
    [
      'a transfer that is gone',
      [`DELETE FROM transfers WHERE ${transferAt(1)}`],
      '2026-12-25 charges 3, but its transfer is missing',
    ],
    [
      'a transfer of another day',
      [`UPDATE transfers SET date = '2026-12-26' WHERE ${transferAt(1)}`],
      '2026-12-25 names a transfer that is not its own',
    ],
    [
      'a transfer of another kind',
      [`UPDATE transfers SET kind = 'adjustment' WHERE ${transferAt(1)}`],
      '2026-12-25 names a transfer that is not its own',
    ],
    [
      'a transfer of another cause',
      [`UPDATE transfers SET idempotency_key = 'adjustment:1' WHERE ${transferAt(1)}`],
      '2026-12-25 names a transfer that is not its own',
    ],
    [
      'a transfer to another account',
      [`UPDATE transfers SET credit = 'vendor:loss' WHERE ${transferAt(1)}`],
      '2026-12-25 names a transfer that is not its own',
    ],
    ['a waived day that charges', [`UPDATE usage_days SET waived = 1 WHERE ${at(0)}`], '2026-12-24 is waived, but charges'],
    [
      'a device let off while credits were left',
      [
        `UPDATE usage_days SET charged = 2 WHERE ${at(1)}`,
        `UPDATE transfers SET credits = 2, balance_after = 4 WHERE ${transferAt(1)}`,
      ],
      '2026-12-25 charges 2 for 3 devices, but its end left 6 credits',
    ],
    [
      'a free day that names a transfer',
      [`UPDATE usage_days SET transfer_id = 1 WHERE ${at(4)}`],
      '2026-12-28 names a transfer, but charges nothing',
    ],
    [
      'a domain set back',
      [`UPDATE domains SET next_usage_day = ${FIRST_DAY}`],
      '2026-12-29 is the next to be closed, but the domain says 2026-12-24',
    ],
    [
      'a domain that was never activated',
      ['UPDATE domains SET activated_at = NULL, trial_ends_at = NULL'],
      '2026-12-24 is closed, but the domain was never activated',
    ],
  ];
  test.each(cases)('%s', async (_, statements, what) => {
    const store = await closedDays();
    expect((await differenceAfter(store, ...statements))?.what).toMatch(new RegExp(`${what}$`));
  });
});

test('[L6] the proof of the books names it too', async () => {
  const store = await closedDays();
  await differenceAfter(store, `UPDATE usage_days SET devices = 9 WHERE ${at(2)}`);
  expect(await verifyLedger(store.file, [])).toMatchObject({
    ok: false,
    firstDifference: { domain: 'springfield', what: 'the day 2026-12-26 counts 9 devices, but 2 were enrolled' },
  });
});

test('[L6] spans and days beyond one read are walked to their end', async () => {
  const store = await inProcessStore();
  const domainId = await testDomain(store, 'springfield');
  const days = 1100;
  await store.write('setEnrolmentPolicy', {
    now: START,
    name: 'springfield',
    actor: 'a',
    unlisted: 'accept',
    pairing: null,
    previousUntil: null,
  });
  await listBoards(store, [{ serial: 'SN-1', credits: 1 }]);
  const { deviceId } = await enrolled(store, { serial: 'SN-1' });
  const other = (await enrolled(store, { serial: 'SN-2' })).deviceId;
  for (let n = 0; n < 600; n += 1) {
    await store.write('unenrol', { now: START + n * DAY_MS, id: other, domainId, ...CHANGE });
    await enrolled(store, { serial: 'SN-2', now: START + (n * DAY_MS + HOUR_MS) }).catch(() => undefined);
    if (n > 29) break;
  }
  for (let day = FIRST_DAY; day < FIRST_DAY + days; day += 1)
    await closeOpenDays(store, { now: startOf(day + 1), through: day, domain: null, byOperator: null });
  expect(deviceId).not.toBe(other);
  expect(await usageDifference(store.reader, { id: 1, name: 'springfield' })).toBeNull();
  expect(await verifyLedger(store.file, [])).toMatchObject({ ok: true });
});
