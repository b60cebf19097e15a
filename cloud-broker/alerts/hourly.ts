import type { TrialCursor } from './operations/trial-reminders.ts';
import type { Store } from '../store/port.ts';

/** By the hour: reminders of trials that end (D3), and mails long gone are forgotten. */
export async function mailChores(store: Pick<Store, 'write'>, now: number): Promise<void> {
  await store.write('pruneOutbox', { now });
  let after: TrialCursor | null = null;
  do after = await store.write('remindTrials', { now, after });
  while (after !== null);
}
