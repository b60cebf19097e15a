import type { Store } from '../store/port.ts';

/** Hourly: records how many devices of each domain have each status, in batches. */
export async function samplePresence(store: Pick<Store, 'write'>, now: number): Promise<void> {
  for (let after: number | null = 0; after !== null;) after = await store.write('samplePresence', { now, after });
}
