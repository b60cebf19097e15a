import type { Logger } from 'pino';
import type { Store } from './store/store.ts';

const NOTED_EVERY_MS = 60_000;

/** Notes each minute that the service runs (P5): of the time between two runs nobody may say what a device was. */
export async function startServiceRuns({
  store,
  log,
  clock,
}: {
  store: Store;
  log: Logger;
  clock(): number;
}): Promise<{ stop(): Promise<void> }> {
  const startedAt = clock();
  const note = async (): Promise<void> => store.write('noteRun', { startedAt, now: clock() });
  await note();
  const timer = setInterval(() => {
    note().catch((error: unknown) =>
      log.error({ error: error instanceof Error ? error.message : String(error) }, 'that the service runs could not be noted'),
    );
  }, NOTED_EVERY_MS);
  return {
    async stop() {
      clearInterval(timer);
      await note();
    },
  };
}

/** By the hour: how many devices of each domain are what, piece by piece. */
export async function samplePresence(store: Store, now: number): Promise<void> {
  for (let after: number | null = 0; after !== null;) after = await store.write('samplePresence', { now, after });
}
