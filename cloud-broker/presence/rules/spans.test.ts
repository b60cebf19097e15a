import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { daysOf, HISTORY_MS, spansOf, totalsOf, uptimePercent, type History, type Span } from './spans.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const NOON = Date.UTC(2026, 10, 23, 12);

const history = (change: Partial<History>): History => ({
  from: NOON,
  to: NOON + 10 * HOUR,
  enrolled: [{ from: NOON - DAY, to: null }],
  changes: [],
  runs: [{ startedAt: NOON - DAY, aliveAt: NOON + 10 * HOUR }],
  running: [],
  ...change,
});
const brief = (spans: readonly Span[]): unknown[] =>
  spans.map(({ from, to, status, how, running }) => [
    (from - NOON) / HOUR,
    (to - NOON) / HOUR,
    how === null ? status : `${status} ${how}`,
    ...(running ? ['running'] : []),
  ]);
const at = (hour: number): number => NOON + hour * HOUR;

describe('spans of a device', () => {
  test('[P5] begin with what it was before, and each ends where the next begins', () => {
    const spans = spansOf(
      history({
        changes: [
          { at: at(-3), status: 'online', how: null },
          { at: at(2), status: 'late', how: null },
          { at: at(3), status: 'offline', how: 'lost' },
          { at: at(5), status: 'online', how: null },
          { at: at(9), status: 'offline', how: 'said' },
        ],
      }),
    );
    expect(brief(spans)).toEqual([
      [0, 2, 'online'],
      [2, 3, 'late'],
      [3, 5, 'offline lost'],
      [5, 9, 'online'],
      [9, 10, 'offline said'],
    ]);
    const totals = totalsOf(spans);
    expect(totals).toMatchObject({ online: 6 * HOUR, late: HOUR, lost: 2 * HOUR, said: HOUR });
    expect(uptimePercent(totals)).toBe(60);
  });

  test('[P5] are those of the time that it was enrolled, and each enrolment begins as never heard', () => {
    const spans = spansOf(
      history({
        enrolled: [
          { from: at(1), to: at(3) },
          { from: at(6), to: null },
        ],
        changes: [
          { at: at(2), status: 'online', how: null },
          { at: at(7), status: 'online', how: null },
        ],
      }),
    );
    expect(brief(spans)).toEqual([
      [1, 2, 'never'],
      [2, 3, 'online'],
      [6, 7, 'never'],
      [7, 10, 'online'],
    ]);
    expect(uptimePercent(totalsOf(spans))).toBe(100);
  });

  test('[P4] [P5] nobody saw what it was while the service was away; a minute between two notes is no gap', () => {
    const runs = [
      { startedAt: at(-5), aliveAt: at(1) },
      { startedAt: at(1) + MINUTE, aliveAt: at(4) },
      { startedAt: at(6), aliveAt: at(10) },
    ];
    const spans = spansOf(history({ changes: [{ at: at(-4), status: 'online', how: null }], runs }));
    expect(brief(spans)).toEqual([
      [0, 4, 'online'],
      [4, 6, 'unknown'],
      [6, 10, 'online'],
    ]);
    expect(uptimePercent(totalsOf(spans))).toBe(100);
  });

  test('[P6] it says that it was running: that marks what was silent, and makes none of it online', () => {
    const changes = [
      { at: at(-3), status: 'online', how: null },
      { at: at(2), status: 'offline', how: 'lost' },
      { at: at(6), status: 'online', how: null },
    ] as const;
    const running = [
      { from: at(1), to: at(4) },
      { from: at(3), to: at(5) },
    ];
    const spans = spansOf(history({ changes, running }));
    expect(brief(spans)).toEqual([
      [0, 2, 'online'],
      [2, 5, 'offline lost', 'running'],
      [5, 6, 'offline lost'],
      [6, 10, 'online'],
    ]);
    expect(totalsOf(spans)).toMatchObject({ online: 6 * HOUR, lost: 4 * HOUR, running: 3 * HOUR });
    expect(uptimePercent(totalsOf(spans))).toBe(60);
  });

  test('days begin at midnight where the reader is', () => {
    const spans = spansOf(history({ to: at(24), changes: [{ at: at(-1), status: 'online', how: null }], runs: [] }));
    expect(daysOf(spans, 'UTC').map(({ date, totals }) => [date, totals.online / HOUR])).toEqual([
      ['2026-11-23', 12],
      ['2026-11-24', 12],
    ]);
    expect(daysOf(spans, 'America/New_York').map(({ date, totals }) => [date, totals.online / HOUR])).toEqual([
      ['2026-11-23', 17],
      ['2026-11-24', 7],
    ]);
  });

  test('nothing is known of a device that was never heard', () => {
    expect(uptimePercent(totalsOf(spansOf(history({}))))).toBeNull();
    expect(HISTORY_MS).toBe(90 * DAY);
  });
});

/** What it was at one moment, by looking through everything. */
function slowAt({ enrolled, changes, runs, running }: History, moment: number): string | null {
  const enrolment = enrolled.find(({ from, to }) => from <= moment && moment < (to ?? Infinity));
  if (enrolment === undefined) return null;
  const last = changes.findLast(({ at: changed }) => changed >= enrolment.from && changed <= moment);
  const isAway = runs.some(({ aliveAt }, index) => {
    const next = runs[index + 1]?.startedAt;
    return next !== undefined && next - aliveAt >= 2 * MINUTE && aliveAt <= moment && moment < next;
  });
  const status = isAway ? 'unknown' : (last?.status ?? 'never');
  const silent = status !== 'online' && status !== 'never';
  const told = silent && running.some(({ from, to }) => from <= moment && moment < to);
  return `${status} ${isAway ? null : (last?.how ?? null)} ${told}`;
}

test('[P5] [P6] spans say of every minute what a look through everything says', () => {
  const minutes = (most: number) =>
    fc.uniqueArray(fc.nat({ max: 120 }), { maxLength: most }).map((all) => all.toSorted((a, b) => a - b));
  const pairs = (all: number[]): [number, number][] =>
    Array.from({ length: Math.floor(all.length / 2) }, (_, index) => [all[2 * index] ?? 0, all[2 * index + 1] ?? 0]);
  const status = fc.constantFrom(
    { status: 'online' as const, how: null },
    { status: 'late' as const, how: null },
    { status: 'offline' as const, how: 'said' as const },
    { status: 'offline' as const, how: 'lost' as const },
  );
  fc.assert(
    fc.property(
      fc.record({ enrolled: minutes(6), changed: minutes(20), runs: minutes(8), running: minutes(6), window: minutes(2) }),
      fc.array(status, { minLength: 20, maxLength: 20 }),
      fc.boolean(),
      (times, statuses, open) => {
        const enrolled = pairs(times.enrolled).map(([from, to]) => ({ from: from * MINUTE, to: (to * MINUTE) as number | null }));
        const last = enrolled.at(-1);
        if (open && last !== undefined) last.to = null;
        const asked: History = {
          from: (times.window[0] ?? 0) * MINUTE,
          to: (times.window[1] ?? 120) * MINUTE,
          enrolled,
          changes: times.changed.map((minute, index) => ({
            at: minute * MINUTE,
            ...(statuses[index] ?? { status: 'late', how: null }),
          })),
          runs: pairs(times.runs).map(([from, to]) => ({ startedAt: from * MINUTE, aliveAt: to * MINUTE })),
          running: pairs(times.running).map(([from, to]) => ({ from: from * MINUTE, to: to * MINUTE })),
        };
        const spans = spansOf(asked);
        for (let moment = asked.from; moment < asked.to; moment += MINUTE) {
          const within = spans.filter(({ from, to }) => from <= moment && moment < to);
          expect(within.length).toBeLessThan(2);
          const [one] = within;
          expect(one === undefined ? null : `${one.status} ${one.how} ${one.running}`).toBe(slowAt(asked, moment));
        }
        expect(daysOf(spans, 'UTC').reduce((sum, { totals }) => sum + totals.online, 0)).toBe(totalsOf(spans).online);
      },
    ),
    { numRuns: 500 },
  );
});
