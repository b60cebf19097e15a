import type { Logger } from 'pino';
import type { Store } from './store/store.ts';

const NOTED_EVERY_MS = 60_000;
const GAP_MS = 2 * NOTED_EVERY_MS;
/** So often it is looked whether writes work again. */
const TRIED_EVERY_MS = 5000;

export interface ServiceRuns {
  /** Why nothing can be stored: what the last try of it failed with; null where it worked. */
  readonly failure: string | null;
  stop(): Promise<void>;
}

/**
 * Notes each minute that the service runs (P5): of the time between two runs nobody may say what a device was. The note is a write like any other, so
 * it also tells whether writes work: it is tried at once when another write fails, and again until it is stored.
 */
export async function startServiceRuns({
  store,
  log,
  clock,
}: {
  store: Pick<Store, 'write' | 'onFault'>;
  log: Pick<Logger, 'error' | 'info'>;
  clock(): number;
}): Promise<ServiceRuns> {
  let startedAt = clock();
  let triedAt = startedAt;
  await store.write('noteRun', { startedAt, now: startedAt });
  let failure: string | null = null;
  let timer: NodeJS.Timeout | null = null;
  let running: Promise<void> | null = null;
  let stopped = false;
  const note = async (): Promise<void> => {
    try {
      const now = clock();
      // Of the time that a step of the clock left out nobody may say what a device was either.
      if (now < triedAt || now > triedAt + GAP_MS) startedAt = now;
      triedAt = now;
      await store.write('noteRun', { startedAt, now });
      if (failure !== null) log.info('the service can store again');
      failure = null;
    } catch (error) {
      const reason = reasonOf(error);
      if (failure === null) log.error({ reason }, 'the service cannot store anything: it is not ready until it can');
      failure = reason;
    }
  };
  const look = (): void => {
    if (timer !== null) clearTimeout(timer);
    running ??= note().finally(() => {
      running = null;
      if (!stopped) timer = setTimeout(look, failure === null ? NOTED_EVERY_MS : TRIED_EVERY_MS);
    });
  };
  let toldAt = -Infinity;
  store.onFault((reason) => {
    if (failure !== null || stopped) return;
    if (performance.now() - toldAt > NOTED_EVERY_MS) log.error({ reason }, 'the database failed a write');
    toldAt = performance.now();
    look();
  });
  timer = setTimeout(look, NOTED_EVERY_MS);
  return {
    get failure() {
      return failure;
    },
    async stop() {
      stopped = true;
      if (timer !== null) clearTimeout(timer);
      await running;
      await note();
    },
  };
}

/** SQLite's own words where it has some: `database or disk is full`. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const details = 'details' in error && typeof error.details === 'object' ? error.details : null;
  return details !== null && 'reason' in details ? String(details.reason) : error.message;
}

/** By the hour: how many devices of each domain are what, piece by piece. */
export async function samplePresence(store: Store, now: number): Promise<void> {
  for (let after: number | null = 0; after !== null;) after = await store.write('samplePresence', { now, after });
}
