import { expect, test } from 'vitest';
import { RollcallError } from '../../protocol/errors.ts';
import { ServiceRuns } from './runs.ts';

const MINUTE_MS = 60_000;

async function begun() {
  const disk = { isFull: false };
  const clock = { now: 0 };
  const notes: unknown[] = [];
  const log: string[] = [];
  let woken = 0;
  let fault: (reason: string) => void = () => undefined;
  const tell = (level: string) => (details: unknown, text?: string) =>
    void log.push(`${level}: ${typeof details === 'string' ? details : `${text} ${JSON.stringify(details)}`}`);
  const runs = await ServiceRuns.begin({
    store: {
      write: (async (_name: string, input: unknown) => {
        if (disk.isFull) throw new RollcallError('internal', { reason: 'database or disk is full' });
        notes.push(input);
      }) as never,
      onFault: (listener) => {
        fault = listener;
      },
    },
    log: { error: tell('error'), info: tell('info') },
    clock: () => clock.now,
    wake: () => {
      woken += 1;
    },
  });
  /** As the job does. */
  const run = async (): Promise<void> => runs.note().catch((error: unknown) => runs.failed(error));
  return { disk, clock, notes, log, runs, run, fault: (reason: string) => fault(reason), woken: () => woken };
}

test('[P5] each note moves the end of the run; of the time that the clock left out there is another run', async () => {
  const { clock, notes, run, runs } = await begun();
  for (const now of [1, 2, 2.5, 10, 11, 8].map((minutes) => minutes * MINUTE_MS)) {
    clock.now = now;
    await run();
  }
  clock.now = 8.5 * MINUTE_MS;
  await runs.end();
  expect(notes).toEqual(
    [
      [0, 0],
      [0, 1],
      [0, 2],
      [0, 2.5],
      [10, 10],
      [10, 11],
      [8, 8],
      [8, 8.5],
    ].map(([startedAt = 0, now = 0]) => ({ startedAt: startedAt * MINUTE_MS, now: now * MINUTE_MS })),
  );
});

test('a write that fails has it tried at once whether anything can be stored; that it cannot, and that it can again, is told once each', async () => {
  const { disk, log, runs, run, fault, woken } = await begun();
  disk.isFull = true;
  fault('database or disk is full');
  fault('database or disk is full');
  expect([woken(), runs.failure]).toEqual([2, null]);
  await run();
  await run();
  fault('database or disk is full');
  expect([woken(), runs.failure]).toEqual([2, 'database or disk is full']);
  disk.isFull = false;
  await run();
  await run();
  expect(runs.failure).toBeNull();
  expect(log).toEqual([
    'error: the database failed a write {"reason":"database or disk is full"}',
    'error: the service cannot store anything: it is not ready until it can {"reason":"database or disk is full"}',
    'info: the service can store again',
  ]);
});

test('a service whose last note cannot be stored ends all the same, and tries no more', async () => {
  const { disk, log, runs, fault, woken } = await begun();
  disk.isFull = true;
  const ended = runs.end();
  fault('database or disk is full');
  await ended;
  expect([woken(), log]).toEqual([0, [expect.stringContaining('cannot store anything')]]);
});
