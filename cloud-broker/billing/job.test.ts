import { pino, type Logger } from 'pino';
import { expect, test } from 'vitest';
import { FIRST_DAY, school, type School } from '../../test/support/school.ts';
import { START, testDomain } from '../../test/support/store.ts';
import { DailyUse } from './job.ts';
import { startOf } from '../ledger/rules/usage.ts';
import { mostOpenDays } from './queries/usage.ts';

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
  start(): DailyUse;
  closed(): Promise<number>;
}

function jobOf({ store, days }: School): Job {
  const log: Line[] = [];
  const logger: Logger = pino({ level: 'info' }, { write: (text: string) => void log.push(JSON.parse(text) as Line) });
  const clock = { now: START };
  return {
    clock,
    log,
    start: () => new DailyUse({ store, log: logger, clock: () => clock.now }),
    closed: async () => (await days()).length,
  };
}

test('[L6] closes at the start what an outage left open, then each day soon after midnight, and survives restarts', async () => {
  const one = await school();
  await one.enrol('SN-1', START);
  const { clock, start, closed, log } = jobOf(one);
  clock.now = startOf(FIRST_DAY + 5) + 1;
  await start().run();
  expect(await closed()).toBe(5);
  clock.now = startOf(FIRST_DAY + 6) - 1;
  const second = start();
  await second.run();
  expect(await closed()).toBe(5);
  clock.now += 1;
  await second.run();
  expect(await closed()).toBe(6);
  expect((await one.domain()).balance).toBe(94);
  expect(log.filter(({ level }) => level >= 50)).toEqual([]);
});

test('[L6] a clock a year ahead: nothing is closed, the operator is alerted once; set back, nothing is closed twice', async () => {
  const one = await school();
  const { store } = one;
  await testDomain(store, 'shelbyville');
  await one.enrol('SN-1', START);
  const { clock, start, closed, log } = jobOf(one);
  clock.now = startOf(FIRST_DAY + 2);
  const job = start();
  await job.run();
  expect(await closed()).toBe(2);
  clock.now = startOf(FIRST_DAY + 367);
  for (let minutes = 0; minutes < 3; minutes += 1) await job.run();
  expect([await mostOpenDays(store.reader, clock.now), await closed()]).toEqual([365, 2]);
  clock.now = startOf(FIRST_DAY + 1);
  await job.run();
  expect(await mostOpenDays(store.reader, clock.now)).toBe(0);
  clock.now = startOf(FIRST_DAY + 3);
  await job.run();
  expect(await closed()).toBe(3);
  expect([(await one.days()).map((day) => (day as number[])[0]), (await one.domain()).balance]).toEqual([[0, 1, 2], 97]);
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
  await start().run();
  expect(await store.reader.get("SELECT next_usage_day AS day FROM domains WHERE name = 'shelbyville'")).toEqual({
    day: FIRST_DAY + 9,
  });
  expect([await closed(), log.filter(({ level }) => level >= 50)]).toMatchObject([
    0,
    [{ count: 1, domains: [{ domain: 'springfield', openDays: 9 }] }],
  ]);
});
