/** Wires the figures of /metrics to their sources. */
import { statfsSync } from 'node:fs';
import { join } from 'node:path';
import type { Gateway } from '../gateway/port.ts';
import { createMetrics, type Metrics } from '../http/metrics.ts';
import type { LedgerIntegrity } from '../ledger/integrity-job.ts';
import { standardError } from './log-output.ts';
import type { PresenceRegistry } from '../presence/presence-registry.ts';
import { openCommandCount, pendingDevices } from './fleet-queries.ts';
import { waitingMails } from '../mail/queries.ts';
import { mostOpenDays } from '../billing/queries/usage.ts';
import type { ServiceClock } from './clock.ts';
import type { ServiceRuns } from './runs.ts';
import type { Store } from '../store/port.ts';
import { walBytes } from './wal-watch.ts';

export function serviceMetrics(parts: {
  store: Store;
  registry: PresenceRegistry;
  books: Pick<LedgerIntegrity, 'figures'>;
  /** Null until it listens. */
  gateway(): Gateway | null;
  runs: Pick<ServiceRuns, 'failure'>;
  clock: ServiceClock;
  dataFolder: string;
}): Metrics {
  const { store, registry, books, gateway, runs, dataFolder, clock } = parts;
  const metrics = createMetrics({
    store: () => store.figures(),
    gateway: () =>
      gateway()?.figures() ?? { enrolmentSessions: 0, deviceSessions: 0, waiting: 0, entriesPerSecond: null, refused: {} },
    devices: async () => ({ ...registry.counts(), pending: await pendingDevices(store.reader) }),
    rhythm: () => registry.rhythm,
    heartbeats: () => registry.heartbeats,
    commandsOpen: async () => openCommandCount(store.reader),
    mailsWaiting: async () => waitingMails(store.reader),
    openDays: async () => mostOpenDays(store.reader, clock.now()),
    books: () => books.figures(),
    machine: () => ({
      storable: runs.failure === null,
      walBytes: walBytes(join(dataFolder, 'rollcall.db')),
      logFailures: standardError.failures,
      clockOffS: clock.doubt === null ? 0 : (clock.doubt.machine - clock.doubt.service) / 1000,
    }),
    disk: () => {
      const { bavail, blocks, bsize } = statfsSync(dataFolder);
      return { free: bavail * bsize, size: blocks * bsize };
    },
  });
  store.onTimed((commitMs) => metrics.commit(commitMs));
  return metrics;
}
