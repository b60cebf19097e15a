import { pino } from 'pino';
import { expect, test } from 'vitest';
import { ServiceClock } from './clock.ts';
import { jobList, type JobParts } from './job-list.ts';

test('[L1] [L5] [L6] [P4] [P5] [P7] [P8] every job is there, as often as it is due', () => {
  const clock = new ServiceClock({ machine: () => 0, elapsed: () => 0 }, 0);
  // Nothing runs here: what the jobs work on is not looked at.
  const parts = {
    context: { clock, store: { onTimed: () => undefined } },
    settings: { heartbeat: { intervalS: 60, jitterS: 10 }, dataFolder: '' },
    registry: {},
    log: pino({ level: 'silent' }),
    stopping: AbortSignal.abort(),
  } as unknown as JobParts;
  const jobs = jobList(parts);
  const when = jobs.map(({ name, everyMs, startsLater, retryMs }) => {
    const first = startsLater === true ? 'later' : 'at once';
    return `${name}: ${everyMs / 1000} s, ${first}${retryMs === undefined ? '' : `, failed ${retryMs / 1000} s`}`;
  });
  expect(when).toEqual([
    'service-runs: 60 s, later, failed 5 s',
    'clock: 60 s, at once',
    'write-ahead-log: 10 s, later',
    'load: 10 s, later',
    'ledger-integrity: 3600 s, at once',
    'alerts: 15 s, at once',
    'commands: 5 s, later',
    'webhooks: 60 s, at once, failed 1 s',
    'mail: 60 s, at once, failed 30 s',
    'daily-use: 60 s, at once',
    'chores: 3600 s, at once',
  ]);
});
