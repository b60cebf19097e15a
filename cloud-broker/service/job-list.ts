/** The service's background jobs and their intervals. What they do is defined by each capability. */
import { errorText } from '../../protocol/error-text.ts';
import { join } from 'node:path';
import type { Logger } from 'pino';
import { AlertJob } from '../alerts/job.ts';
import { clockWatch } from './clock-watch.ts';
import { pruneCommands } from './command-delivery.ts';
import type { Settings } from './config.ts';
import { DailyUse } from '../billing/job.ts';
import type { CommandDispatcher } from '../device-commands/dispatcher.ts';
import { closeDueDomains } from '../domains/closing.ts';
import type { Gateway } from '../gateway/port.ts';
import type { LedgerIntegrity } from '../ledger/integrity-job.ts';
import { mailChores } from '../alerts/hourly.ts';
import { SERVER_AWAY_MS, type Mailer } from '../mail/mailer.ts';
import { loadControl } from '../presence/load-control.ts';
import type { PresenceRegistry } from '../presence/presence-registry.ts';
import { samplePresence } from '../presence/samples.ts';
import { LOOK_S } from '../presence/rules/steering.ts';
import { NOTED_EVERY_MS, type ServiceRuns } from './runs.ts';
import type { Store } from '../store/port.ts';
import { walWatch } from './wal-watch.ts';
import type { Deliverer } from '../webhooks/deliverer.ts';
import type { ServiceContext } from './context.ts';
import type { Job } from './jobs.ts';

const SECOND_MS = 1000;
const MINUTE_MS = 60 * SECOND_MS;
const HOUR_MS = 60 * MINUTE_MS;

export type JobName =
  | 'service-runs'
  | 'clock'
  | 'write-ahead-log'
  | 'load'
  | 'ledger-integrity'
  | 'alerts'
  | 'commands'
  | 'webhooks'
  | 'mail'
  | 'daily-use'
  | 'chores';

export interface JobParts {
  context: ServiceContext;
  settings: Settings;
  log: Logger;
  registry: PresenceRegistry;
  gateway: Gateway;
  runs: ServiceRuns;
  integrity: LedgerIntegrity;
  commands: CommandDispatcher;
  webhooks: Deliverer;
  mailer: Mailer;
  stopping: AbortSignal;
}

type JobStore = Pick<Store, 'reader' | 'write'>;

/** Refuses writes after a stop, which then waits for one batch of a long run and not for all of them. */
function inPieces(store: JobStore, stopping: AbortSignal): JobStore {
  return {
    reader: store.reader,
    write: (name, input) => {
      stopping.throwIfAborted();
      return store.write(name, input);
    },
  };
}

/** Hourly chores, one after the other. A failing chore does not keep the others from their turn, and is tried again in an hour. */
async function doChores({ context, gateway, log, stopping }: JobParts, store: JobStore): Promise<void> {
  const now = context.clock.now();
  const chores: (() => Promise<unknown>)[] = [
    async () => store.write('prune', { now }),
    async () => store.write('prunePortal', { now }),
    async () => pruneCommands(store, now),
    async () => store.write('prunePresence', { now }),
    async () => samplePresence(store, now),
    async () => closeDueDomains(store, now),
    async () => mailChores(store, now),
    async () => context.checkpoint(),
    async () => {
      const ticketKeys = context.keys.rotateTicketKeys(now);
      if (ticketKeys !== null) gateway.setTicketKeys(ticketKeys);
    },
  ];
  for (const chore of chores) {
    if (stopping.aborted) return;
    await chore().catch((error: unknown) => {
      if (!stopping.aborted) log.error({ error: errorText(error) }, 'hourly chores');
    });
  }
}

export function jobList(parts: JobParts): Job<JobName>[] {
  const { context, settings, log, registry, gateway, runs, integrity, commands, webhooks, mailer, stopping } = parts;
  const { clock } = context;
  const store = inPieces(context.store, stopping);
  const alerts = new AlertJob(store, clock.now);
  const dailyUse = new DailyUse({ store, log, clock: clock.now });
  const load = loadControl({
    configured: settings.heartbeat,
    registry,
    store: context.store,
    boardsPerS: () => gateway.figures().entriesPerSecond,
    log,
    stopping,
  });
  const saying =
    (text: string, to: Pick<Logger, 'error'> = log) =>
    (error: unknown): void =>
      to.error({ error: errorText(error) }, text);
  return [
    {
      name: 'service-runs',
      everyMs: NOTED_EVERY_MS,
      startsLater: true,
      retryMs: 5 * SECOND_MS,
      run: async () => runs.note(),
      failed: (error) => runs.failed(error),
    },
    { name: 'clock', everyMs: MINUTE_MS, run: clockWatch({ clock, registry, log }) },
    {
      name: 'write-ahead-log',
      everyMs: 10 * SECOND_MS,
      startsLater: true,
      run: walWatch(join(settings.dataFolder, 'rollcall.db'), log),
    },
    { name: 'load', everyMs: LOOK_S * SECOND_MS, startsLater: true, run: load },
    { name: 'ledger-integrity', everyMs: HOUR_MS, run: async () => integrity.look() },
    {
      name: 'alerts',
      everyMs: 15 * SECOND_MS,
      run: async () => alerts.run(),
      failed: saying('alerts could not be looked after'),
    },
    { name: 'commands', everyMs: 5 * SECOND_MS, startsLater: true, run: async () => commands.sweep() },
    { name: 'webhooks', everyMs: MINUTE_MS, retryMs: SECOND_MS, run: async () => webhooks.look() },
    {
      name: 'mail',
      everyMs: MINUTE_MS,
      retryMs: SERVER_AWAY_MS,
      run: async () => mailer.look(),
      failed: saying('the outbox could not be read', log.child({ area: 'mail' })),
    },
    {
      name: 'daily-use',
      everyMs: MINUTE_MS,
      run: async () => dailyUse.run(),
      failed: saying('daily use could not be closed'),
    },
    { name: 'chores', everyMs: HOUR_MS, run: async () => doChores(parts, store) },
  ];
}
