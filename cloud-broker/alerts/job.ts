/** The alert job (P7). */
import { errorText } from '../../protocol/error-text.ts';
import type { Logger } from 'pino';
import { alertsWait } from './queries.ts';
import type { Store } from '../store/port.ts';
import { TakeOvers } from './rules/take-overs.ts';

/** How often credits are checked: a warning counts in days, but whoever redeemed a key wants to see it clear. */
const CREDITS_EVERY_MS = 5 * 60_000;
const PRUNE_EVERY_MS = 3_600_000;

/** Checks for events that a domain wants to be alerted to. */
export class AlertJob {
  private readonly store: Pick<Store, 'reader' | 'write'>;
  private readonly clock: () => number;
  private creditsAt = -Infinity;
  private prunedAt = -Infinity;

  constructor(store: Pick<Store, 'reader' | 'write'>, clock: () => number) {
    this.store = store;
    this.clock = clock;
  }

  /** Costs a few index searches if nothing happened. */
  async run(): Promise<void> {
    const { store } = this;
    const now = this.clock();
    if (await alertsWait(store.reader, now)) for (let more = true; more;) ({ more } = await store.write('raiseAlerts', { now }));
    if (now - this.creditsAt >= CREDITS_EVERY_MS) {
      for (let after: number | null = 0; after !== null;) after = await store.write('raiseCredits', { now, after });
      this.creditsAt = now;
    }
    if (now - this.prunedAt >= PRUNE_EVERY_MS) {
      this.prunedAt = now;
      await store.write('pruneAlerts', { now });
    }
  }
}

/** Reports that a session was taken over while still alive; if that happens too often, the next run of the job finds it. */
export function noteTakeOvers(parts: {
  store: Pick<Store, 'write'>;
  log: Pick<Logger, 'error'>;
  clock(): number;
}): (deviceId: string) => void {
  const { store, log, clock } = parts;
  const takeOvers = new TakeOvers();
  return (deviceId) => {
    const now = clock();
    if (!takeOvers.note(deviceId, now)) return;
    store
      .write('noteTakeOvers', { deviceId, now })
      .catch((error: unknown) => log.error({ error: errorText(error) }, 'alerts could not be looked after'));
  };
}
