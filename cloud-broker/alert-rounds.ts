/** Wires alerts (P7): looks every few seconds whether something happened that a domain wants to know. */
import type { Logger } from 'pino';
import { TakeOvers } from './alerts/take-overs.ts';
import { alertsWait } from './store/queries/alerts.ts';
import type { Store } from './store/store.ts';

const LOOK_MS = 15_000;
/** Credits are looked at so often: a warning counts in days, but who has redeemed a key wants to see it go. */
const CREDITS_EVERY_MS = 5 * 60_000;
const PRUNE_EVERY_MS = 3_600_000;

export interface AlertRounds {
  /** Says that a session was taken over while it was alive. */
  tookOver(deviceId: string): void;
  /** One round now; it is over when the promise resolves. */
  look(): Promise<void>;
  stop(): Promise<void>;
}

/** A round costs a few index searches where nothing happened. */
export function startAlerts(
  deps: { store: Pick<Store, 'reader' | 'write'>; log: Pick<Logger, 'error'>; clock(): number },
  everyMs = LOOK_MS,
): AlertRounds {
  const { store, log, clock } = deps;
  const takeOvers = new TakeOvers();
  let creditsAt = -Infinity;
  let prunedAt = -Infinity;
  let running: Promise<void> | null = null;
  const failed = (error: unknown): void =>
    log.error({ error: error instanceof Error ? error.message : String(error) }, 'alerts could not be looked after');
  const round = async (): Promise<void> => {
    const now = clock();
    if (alertsWait(store.reader, now)) for (let more = true; more;) ({ more } = await store.write('raiseAlerts', { now }));
    if (now - creditsAt >= CREDITS_EVERY_MS) {
      for (let after: number | null = 0; after !== null;) after = await store.write('raiseCredits', { now, after });
      creditsAt = now;
    }
    if (now - prunedAt >= PRUNE_EVERY_MS) {
      prunedAt = now;
      await store.write('pruneAlerts', { now });
    }
  };
  const look = async (): Promise<void> => {
    running ??= round()
      .catch(failed)
      .finally(() => {
        running = null;
      });
    await running;
  };
  void look();
  const timer = setInterval(() => void look(), everyMs);
  return {
    look,
    tookOver(deviceId) {
      const now = clock();
      if (takeOvers.note(deviceId, now)) store.write('noteTakeOvers', { deviceId, now }).catch(failed);
    },
    async stop() {
      clearInterval(timer);
      await running;
    },
  };
}
