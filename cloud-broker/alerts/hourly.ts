import type { TrialCursor } from './operations/trial-reminders.ts';
import type { Store } from '../store/port.ts';

/** Hourly: sends trial reminders (D3) and deletes old e-mails. */
export async function mailChores(store: Pick<Store, 'write'>, now: number): Promise<void> {
  await store.write('pruneOutbox', { now });
  let after: TrialCursor | null = null;
  do after = await store.write('remindTrials', { now, after });
  while (after !== null);
}
