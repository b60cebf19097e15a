import { describe, expect, test } from 'vitest';
import type { Device, HistoryRow } from '../../../protocol/api.ts';
import type { HistoryList } from '../api/queries.ts';
import { withRow } from './lists.ts';
import { turned } from '../shell/Spoken.tsx';

const row = (n: number): HistoryRow => ({
  id: `t-${n}`,
  n,
  at: '2027-07-22T12:00:00.000Z',
  kind: 'enrolment',
  credits: 1095,
  balanceAfter: 1095 * n,
  actor: 'enrolment',
  hash: '',
});

describe('events', () => {
  test('[L8] a booking comes on top of the history once, however often its event comes', () => {
    const list = { pages: [{ items: [row(1)], nextCursor: null }], pageParams: [null] };
    const once = withRow(list, { row: row(2), balance: 2190 });
    expect(once.pages[0]?.items.map(({ n }) => n)).toEqual([2, 1]);
    expect(withRow(once, { row: row(2), balance: 2190 })).toBe(once);
  });

  test('[L8] days of use that follow each other are one line, and the page still adds up', () => {
    const used = (n: number): HistoryRow => ({
      ...row(n),
      kind: 'usage',
      credits: -3,
      balanceAfter: 1095 - 3 * n,
      date: `2027-07-0${n}`,
    });
    let list: HistoryList = { pages: [{ items: [row(1)], nextCursor: null }], pageParams: [null] };
    for (const n of [2, 3, 3]) list = withRow(list, { row: used(n), balance: 0 });
    expect(list.pages[0]?.items).toMatchObject([
      { n: 3, credits: -6, run: { days: 2, from: '2027-07-02', to: '2027-07-03' } },
      { n: 1 },
    ]);
  });

  test('only a change of status is spoken, not a heartbeat', () => {
    const changed = (status: Device['status'], statusSince: string) => ({ status, statusSince }) as Device;
    const heard = [
      changed('online', '2027-07-22T12:00:05.000Z'),
      changed('online', '2027-07-22T08:00:00.000Z'),
      changed('offline', '2027-07-22T12:00:06.000Z'),
    ];
    expect([...turned(heard, '2027-07-22T12:00:00.000Z')]).toEqual([
      ['online', 1],
      ['offline', 1],
    ]);
  });
});
