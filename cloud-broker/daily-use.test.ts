import { pino, type Logger } from 'pino';
import { expect, onTestFinished, test } from 'vitest';
import { eventually } from '../test/support/process.ts';
import { FIRST_DAY, school, type School } from '../test/support/school.ts';
import { START, testDomain } from '../test/support/store.ts';
import { startDailyUse } from './daily-use.ts';
import { startOf } from './ledger/usage.ts';
import { mostOpenDays } from './store/queries/usage.ts';

interface Line {
  level: number;
  msg: string;
  domains?: unknown;
  count?: number;
}

interface Job {
  clock: { now: number };
  log: Line[];
  /** Starts it, as at a start of the service. */
  start(): { stop(): Promise<void> };
  closed(): number;
}

function jobOf({ store, days }: School): Job {
  const log: Line[] = [];
  const logger: Logger = pino({ level: 'info' }, { write: (text: string) => void log.push(JSON.parse(text) as Line) });
  const clock = { now: START };
  return {
    clock,
    log,
    start() {
      const job = startDailyUse({ store, log: logger, clock: () => clock.now }, 5);
      onTestFinished(async () => job.stop());
      return job;
    },
    closed: () => days().length,
  };
}

test('[L6] closes at the start what an outage left open, then each day soon after midnight, and survives restarts', async () => {
  const one = await school();
  await one.enrol('SN-1', START);
  const { clock, start, closed, log } = jobOf(one);
  clock.now = startOf(FIRST_DAY + 5) + 1;
  const first = start();
  await eventually(closed, (days) => days === 5, 'what was open');
  clock.now = startOf(FIRST_DAY + 6) - 1;
  await first.stop();
  start();
  clock.now += 1;
  await eventually(closed, (days) => days === 6, 'the day that is over');
  expect(one.domain().balance).toBe(94);
  expect(log.filter(({ level }) => level >= 50)).toEqual([]);
});

test('[L6] a clock a year ahead: nothing is closed, the operator is alerted once; set back, nothing is closed twice', async () => {
  const one = await school();
  const { store } = one;
  await testDomain(store, 'shelbyville');
  await one.enrol('SN-1', START);
  const { clock, start, closed, log } = jobOf(one);
  clock.now = startOf(FIRST_DAY + 2);
  start();
  await eventually(closed, (days) => days === 2, 'two days');
  clock.now = startOf(FIRST_DAY + 367);
  await eventually(
    () => log.filter(({ level }) => level >= 50).length,
    (errors) => errors > 0,
    'the alert',
  );
  expect(mostOpenDays(store.reader, clock.now)).toBe(365);
  clock.now = startOf(FIRST_DAY + 1);
  await eventually(
    () => mostOpenDays(store.reader, clock.now),
    (open) => open === 0,
    'the clock is back',
  );
  clock.now = startOf(FIRST_DAY + 3);
  await eventually(closed, (days) => days === 3, 'the next day');
  expect([one.days().map((day) => (day as number[])[0]), one.domain().balance]).toEqual([[0, 1, 2], 97]);
  const errors = log.filter(({ level }) => level >= 50);
  expect(errors).toHaveLength(1);
  expect(errors[0]).toMatchObject({
    count: 2,
    domains: [
      { domain: 'springfield', openSince: '2026-12-26', openDays: 365 },
      { domain: 'shelbyville', openSince: '2026-12-26', openDays: 365 },
    ],
    msg: expect.stringContaining('rollcall ledger close-day') as unknown,
  });
});

test('[L6] one domain with too many open days does not hold up the others', async () => {
  const one = await school();
  const { store } = one;
  await one.enrol('SN-1', START);
  await testDomain(store, 'shelbyville', START + 5 * 86_400_000);
  const { clock, start, closed, log } = jobOf(one);
  clock.now = startOf(FIRST_DAY + 9);
  start();
  const next = () =>
    store.reader.get<{ day: number }>("SELECT next_usage_day AS day FROM domains WHERE name = 'shelbyville'")?.day;
  await eventually(next, (day) => day === FIRST_DAY + 9, 'shelbyville');
  expect([closed(), log.filter(({ level }) => level >= 50)]).toMatchObject([
    0,
    [{ count: 1, domains: [{ domain: 'springfield', openDays: 9 }] }],
  ]);
});
