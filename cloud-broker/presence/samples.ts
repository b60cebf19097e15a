import type { Store } from '../store/port.ts';

/** By the hour: how many devices of each domain are what, piece by piece. */
export async function samplePresence(store: Pick<Store, 'write'>, now: number): Promise<void> {
  for (let after: number | null = 0; after !== null;) after = await store.write('samplePresence', { now, after });
}
