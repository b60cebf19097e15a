import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { openHarness, type Harness } from '../service/testing/harness.ts';
import { operatorOverSocket } from '../service/testing/over-socket.ts';
import { dateOf, firstChargedDay, startOf } from '../ledger/rules/usage.ts';
import type { Operator } from './operator.ts';
import { closeByRequests, type DayClosed } from './usage.ts';

const DAY_MS = 86_400_000;

let harness: Harness;
let remote: Operator;
let first: number;

/** Springfield with two boards and shelbyville with one, 100 credits each board. */
beforeEach(async () => {
  harness = await openHarness();
  remote = await operatorOverSocket(harness);
  first = firstChargedDay(harness.now + 30 * DAY_MS);
  const springfield = await harness.domain('springfield');
  for (const serial of ['S-1', 'S-2']) await harness.device(springfield, serial);
  await harness.device(await harness.domain('shelbyville'), 'S-3');
});

afterEach(async () => harness.close());

describe.each(['local', 'remote'] as const)('[L6] the operator, %s', (kind) => {
  const operator = (): Operator => (kind === 'local' ? harness.operator : remote);

  test('closes up to yesterday; asked again the closed rows say the same', async () => {
    harness.now = startOf(first + 3);
    const date = dateOf(first + 2);
    expect(await operator().closeDay({})).toEqual({ date, domains: 2, credits: 3, daysClosed: 6, left: 0, stuck: [] });
    expect(await operator().closeDay({})).toEqual({ date, domains: 2, credits: 3, daysClosed: 0, left: 0, stuck: [] });
    const earlier = { date: dateOf(first), domain: ' Springfield ' };
    expect(await operator().closeDay(earlier)).toMatchObject({ date: dateOf(first), domains: 1, credits: 2, daysClosed: 0 });
    expect(await operator().showDomain('springfield')).toMatchObject({ balance: 194, openDays: 0 });
  });

  test('more than seven open days are closed only where a date is said', async () => {
    harness.now = startOf(first + 9);
    const stuck = ['springfield', 'shelbyville'].map((domain) => ({ domain, openSince: dateOf(first), openDays: 9 }));
    expect(await operator().showDomain('springfield')).toMatchObject({ openDays: 9 });
    expect(await operator().closeDay({})).toEqual({
      date: dateOf(first + 8),
      domains: 0,
      credits: 0,
      daysClosed: 0,
      left: 0,
      stuck,
    });
    const progress: [number, number][] = [];
    const asked = { date: dateOf(first + 8), domain: 'springfield' };
    expect(await operator().closeDay(asked, (done, inAll) => progress.push([done, inAll]))).toEqual({
      date: dateOf(first + 8),
      domains: 1,
      credits: 2,
      daysClosed: 9,
      left: 0,
      stuck: [],
    });
    expect(progress.at(-1)).toEqual([9, 9]);
    const waived = { date: dateOf(first + 8), domain: 'shelbyville', waive: true };
    expect(await operator().closeDay(waived)).toMatchObject({ domains: 1, credits: 0, daysClosed: 9 });
    expect((await operator().showDomain('shelbyville')).balance).toBe(100);
  });

  test('refuses a day that is not over, a waiver without a date, what is no date, and a domain that is not there', async () => {
    harness.now = startOf(first + 3) + 5;
    const refusals: [object, object][] = [
      [{ date: dateOf(first + 3) }, { code: 'invalid-request', details: { reason: 'day-not-over', date: dateOf(first + 3) } }],
      [
        { date: '2999-01-01', waive: true },
        { code: 'invalid-request', details: { reason: 'day-not-over' } },
      ],
      [{ waive: true }, { code: 'invalid-request', details: { reason: 'waive-needs-date' } }],
      [{ date: '2026-02-30' }, { code: 'invalid-request' }],
      [{ domain: 'nowhere' }, { code: 'not-found' }],
    ];
    for (const [asked, refusal] of refusals) await expect(operator().closeDay(asked)).rejects.toMatchObject(refusal);
    expect(await operator().showDomain('springfield')).toMatchObject({ balance: 200, openDays: 3 });
  });
});

test('[L6] a request closes a bounded piece; from afar as many are made as it takes', async () => {
  harness.now = startOf(first + 3);
  expect(await remote.closeDay({ most: 4 })).toMatchObject({ daysClosed: 6, left: 0 });
  const pieces: DayClosed[] = [];
  const piece = async (most: number): Promise<DayClosed> => {
    pieces.push(await harness.operator.closeDay({ date: dateOf(first + 9), most }));
    return pieces.at(-1) as DayClosed;
  };
  harness.now = startOf(first + 10);
  const progress: [number, number][] = [];
  const answer = await closeByRequests(
    {},
    async () => piece(5),
    (done, inAll) => progress.push([done, inAll]),
  );
  expect(pieces.map(({ daysClosed, left }) => [daysClosed, left])).toEqual([
    [5, 9],
    [5, 4],
    [4, 0],
  ]);
  expect([progress, answer]).toMatchObject([
    [
      [5, 14],
      [10, 14],
      [14, 14],
    ],
    { daysClosed: 14, domains: 2, credits: 3 },
  ]);
});
