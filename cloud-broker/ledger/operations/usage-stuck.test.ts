import { describe, expect, test } from 'vitest';
import { FIRST_DAY, school } from '../../../test/support/school.ts';
import { balanceOf, DAY_MS, START, testDomain } from '../../../test/support/store.ts';
import { dayOf, startOf } from '../rules/usage.ts';
import { verifyLedger } from '../verify-books.ts';
import { isOnPostgres } from '../../../test/support/test-database.ts';

describe('more than seven open days', () => {
  test('[L6] seven are closed by themselves; with eight neither the job nor a posting closes any', async () => {
    const { close, days, enrol, topUp } = await school();
    await enrol('SN-1', START);
    expect(await close(FIRST_DAY + 7)).toEqual({ days: 0, credits: 0 });
    await topUp(5, startOf(FIRST_DAY + 8));
    expect(await days()).toEqual([]);
    expect(await close(FIRST_DAY + 6)).toEqual({ days: 7, credits: 7 });
  });

  test('[L6] the operator closes or waives them, audited; then it goes on by itself', async () => {
    const { store, close, enrol, domain } = await school();
    await enrol('SN-1', START);
    const now = startOf(FIRST_DAY + 400);
    const operator = { actor: 'operator', waive: false };
    expect(await close(FIRST_DAY + 9, { now, byOperator: operator })).toEqual({ days: 10, credits: 10 });
    expect(await close(FIRST_DAY + 399, { now, byOperator: { ...operator, waive: true } })).toEqual({ days: 390, credits: 0 });
    expect(await close(FIRST_DAY + 400)).toEqual({ days: 1, credits: 1 });
    expect((await domain()).balance).toBe(89);
    const audit = await store.reader.all<{ action: string; actor: string; details: string }>(
      "SELECT action, actor, details FROM audit WHERE action LIKE 'usage.%' ORDER BY id LIMIT 2",
    );
    expect(audit.map(({ action, actor, details }) => [action, actor, JSON.parse(details)])).toEqual([
      ['usage.closed', 'operator', { from: '2026-12-24', days: 10, credits: 10 }],
      ['usage.waived', 'operator', { from: '2027-01-03', days: 50, credits: 0 }],
    ]);
  });

  test('[L6] a device that comes while the days are open, at midnight to the millisecond, is in none of those before it', async () => {
    const { close, enrol, days } = await school();
    await enrol('SN-1', startOf(FIRST_DAY + 8));
    expect(await days()).toEqual([]);
    await close(FIRST_DAY + 8, { byOperator: { actor: 'operator', waive: false } });
    expect((await days()).slice(-2)).toEqual([
      [7, 0, 0],
      [8, 1, 1],
    ]);
  });

  test('[L6] what came in after a day never pays for it, however late it is closed; the days after it do, and verify holds it', async () => {
    const { store, close, days, enrol, topUp } = await school(6);
    await enrol('SN-1', START);
    await enrol('SN-2', START);
    // Three days are paid for. Then eight are open, and what is bought stays with the domain.
    await topUp(50, startOf(FIRST_DAY + 9) + 1);
    const byOperator = { actor: 'operator', waive: false };
    expect(await close(FIRST_DAY + 9, { now: startOf(FIRST_DAY + 400), byOperator })).toEqual({ days: 10, credits: 8 });
    expect((await days()).map((day) => (day as number[])[2])).toEqual([2, 2, 2, 0, 0, 0, 0, 0, 0, 2]);
    expect(await balanceOf(store, 'springfield')).toBe(48);
    expect(await verifyLedger(store.file, [])).toMatchObject({ ok: true, sum: 0 });
  });

  test('[L6] one domain is closed by itself: the others stay as they are, and what is stuck does not hold them up', async () => {
    const { store, close, enrol } = await school();
    await enrol('SN-1', START);
    await testDomain(store, 'shelbyville', START + 5 * DAY_MS);
    const now = startOf(FIRST_DAY + 9);
    expect(await close(dayOf(now) - 1)).toEqual({ days: 4, credits: 0 });
    const about = { now, domain: 'springfield', byOperator: { actor: 'operator', waive: false } };
    expect(await close(FIRST_DAY, about)).toEqual({ days: 1, credits: 1 });
    const next = await store.reader.all<{ name: string; day: number }>(
      'SELECT name, next_usage_day AS day FROM domains ORDER BY name',
    );
    expect(next.map(({ name, day }) => [name, day - FIRST_DAY])).toEqual([
      ['shelbyville', 9],
      ['springfield', 1],
    ]);
  });
});

describe('the database itself', () => {
  test.skipIf(isOnPostgres)(
    '[L6] refuses a day out of order, twice, changed or deleted, and a domain moved on without one',
    async () => {
      const { store, close, enrol } = await school();
      await enrol('SN-1', START);
      await close(FIRST_DAY + 1);
      const insert = (day: number, charged = 0, verb = 'INSERT'): string =>
        `${verb} INTO usage_days (domain_id, day, devices, charged, waived, closed_at) VALUES (1, ${day}, 1, ${charged}, 0, 0)`;
      const refused = [
        insert(FIRST_DAY + 1),
        insert(FIRST_DAY + 1, 0, 'INSERT OR REPLACE'),
        insert(FIRST_DAY + 3),
        insert(FIRST_DAY - 1),
        insert(FIRST_DAY + 2, 1),
        'UPDATE usage_days SET charged = 0, transfer_id = NULL',
        'DELETE FROM usage_days',
        'UPDATE domains SET next_usage_day = next_usage_day + 1',
        'UPDATE domains SET next_usage_day = NULL',
      ];
      for (const text of refused) expect(() => store.exec(text), text).toThrow(/day|CHECK/);
      expect(await balanceOf(store, 'springfield')).toBe(98);
      store.exec(insert(FIRST_DAY + 2));
    },
  );
});
