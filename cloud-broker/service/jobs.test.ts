import { expect, test } from 'vitest';
import { ManualTimer } from '../../test/support/manual-timer.ts';
import { Jobs, type Job } from './jobs.ts';

interface Run {
  at: number;
  end: (nextMs?: number) => void;
  fail: (message: string) => void;
}

/** A job whose runs end when the test says so. */
function started(about: Partial<Job> = {}) {
  const time = new ManualTimer();
  const log: [object, string | undefined][] = [];
  const runs: Run[] = [];
  const jobs = new Jobs({ error: (details: object, text?: string) => void log.push([details, text]) }, time.timer);
  const run = async (): Promise<number | void> => {
    const { promise, resolve, reject } = Promise.withResolvers<number | void>();
    runs.push({ at: time.now, end: resolve, fail: (message) => reject(new Error(message)) });
    return promise;
  };
  jobs.start([{ name: 'counting', everyMs: 100, run, ...about }]);
  return {
    time,
    jobs,
    log,
    runs,
    times: () => runs.map(({ at }) => at),
    end: (nextMs?: number): void => runs.at(-1)?.end(nextMs),
    fail: (message = 'no'): void => runs.at(-1)?.fail(message),
  };
}

test('a job runs at once and then each time its period after the end of a run; never twice at a time', async () => {
  const { time, times, end } = started();
  await time.pass(250);
  expect(times()).toEqual([0]);
  end();
  await time.pass(99);
  expect(times()).toEqual([0]);
  await time.pass(1);
  expect(times()).toEqual([0, 350]);
});

test('one that starts later waits for its period first; one that says so itself runs sooner', async () => {
  const { time, times, end } = started({ startsLater: true });
  await time.pass(100);
  end(7);
  await time.pass(7);
  end();
  await time.pass(100);
  expect(times()).toEqual([100, 107, 207]);
});

test('woken it runs now, or once more when its run ends, however often it was woken', async () => {
  const { time, times, end, jobs } = started();
  end();
  await time.pass(10);
  for (let n = 0; n < 3; n += 1) jobs.wake('counting');
  expect(times()).toEqual([0]);
  await time.pass(1);
  for (let n = 0; n < 3; n += 1) jobs.wake('counting');
  await time.pass(4);
  expect(times()).toEqual([0, 10]);
  end();
  await time.pass(0);
  expect(times()).toEqual([0, 10, 15]);
  end();
  await time.pass(99);
  expect(times()).toEqual([0, 10, 15]);
});

test('woken within its own run, before that has waited for anything, it runs once more and not beside itself', async () => {
  const time = new ManualTimer();
  const jobs = new Jobs({ error: () => undefined }, time.timer);
  const seen = { now: 0, most: 0, runs: 0 };
  const ends: (() => void)[] = [];
  const run = async (): Promise<void> => {
    seen.now += 1;
    seen.runs += 1;
    seen.most = Math.max(seen.most, seen.now);
    jobs.wake('counting');
    await new Promise<void>((resolve) => ends.push(resolve));
    seen.now -= 1;
  };
  jobs.start([{ name: 'counting', everyMs: 100, run }]);
  await time.pass(50);
  expect(seen).toEqual({ now: 1, most: 1, runs: 1 });
  ends.shift()?.();
  await time.pass(0);
  expect(seen).toEqual({ now: 1, most: 1, runs: 2 });
});

test('no moment at the end of a run loses a wake', async () => {
  for (let turns = 0; turns < 8; turns += 1) {
    const time = new ManualTimer();
    const jobs = new Jobs({ error: () => undefined }, time.timer);
    let runs = 0;
    const run = (): void => void (runs += 1);
    jobs.start([{ name: 'counting', everyMs: 100, run }]);
    for (let turn = 0; turn < turns; turn += 1) await Promise.resolve();
    jobs.wake('counting');
    await time.pass(0);
    expect([turns, runs]).toEqual([turns, 2]);
    await time.pass(100);
    expect([turns, runs]).toEqual([turns, 3]);
  }
});

test('a failed run is told to the log and followed by the next in its time, or sooner if it is woken', async () => {
  const { time, times, fail, log, jobs } = started();
  fail('the disk is full');
  await time.pass(100);
  expect(times()).toEqual([0, 100]);
  expect(log).toEqual([[{ job: 'counting', error: 'the disk is full', inARow: 1 }, 'a job failed']]);
  fail('and again');
  await time.pass(10);
  jobs.wake('counting');
  await time.pass(0);
  expect(times()).toEqual([0, 100, 110]);
});

test('one with a back-off is tried again after it, which nobody shortens; failures are counted until a run does not fail', async () => {
  const { time, times, end, fail, log, jobs } = started({ everyMs: 1000, retryMs: 30 });
  jobs.wake('counting');
  fail('a');
  await time.pass(10);
  jobs.wake('counting');
  await time.pass(19);
  expect(times()).toEqual([0]);
  await time.pass(1);
  fail('b');
  await time.pass(30);
  end();
  await time.pass(5);
  jobs.wake('counting');
  await time.pass(5);
  fail('c');
  await time.pass(0);
  expect(times()).toEqual([0, 30, 60, 65]);
  expect(log.map(([about]) => about)).toMatchObject([
    { error: 'a', inARow: 1 },
    { error: 'b', inARow: 2 },
    { error: 'c', inARow: 1 },
  ]);
});

test('one that has its own words for its failures says them instead', async () => {
  const told: unknown[] = [];
  const { time, fail, log } = started({ failed: (error) => void told.push(String(error)) });
  fail('lost');
  await time.pass(0);
  expect([told, log]).toEqual([['Error: lost'], []]);
});

test('a stop waits for the run that is under way, whose pieces can see it, and begins no other', async () => {
  const { time, times, jobs, runs, fail, log } = started();
  jobs.wake('counting');
  let isStopped = false;
  const stop = async (): Promise<void> => {
    await jobs.stop();
    isStopped = true;
  };
  const stopped = stop();
  expect(jobs.stopping.aborted).toBe(true);
  await time.pass(500);
  expect([isStopped, times()]).toEqual([false, [0]]);
  fail('cut short');
  await stopped;
  jobs.wake('counting');
  await time.pass(500);
  expect([runs.length, log]).toEqual([1, []]);
});

test('one of several fails or hangs: the others go on', async () => {
  const time = new ManualTimer();
  const log: unknown[] = [];
  const jobs = new Jobs({ error: (details: object) => void log.push(details) }, time.timer);
  let runs = 0;
  jobs.start([
    {
      name: 'throws',
      everyMs: 100,
      run() {
        throw new Error('at once');
      },
    },
    { name: 'hangs', everyMs: 100, run: async () => new Promise<void>(() => undefined) },
    {
      name: 'works',
      everyMs: 50,
      run() {
        runs += 1;
      },
    },
  ]);
  await time.pass(100);
  expect([runs, log.length]).toEqual([3, 2]);
});
