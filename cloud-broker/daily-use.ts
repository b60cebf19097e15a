/** The job that closes the UTC days of all domains (L6). When it runs does not matter: a posting closes its domain's days itself. */
import type { Logger } from 'pino';
import { closeOpenDays } from './ledger/close-days.ts';
import { dateOf, dayOf } from './ledger/usage.ts';
import { hasOpenDays, stuckDomains } from './store/queries/usage.ts';
import type { Store } from './store/store.ts';

const LOOK_MS = 60_000;

/** Looks every minute, so that neither a restart nor a clock that was set is missed. The look costs one index search. */
export function startDailyUse(
  deps: { store: Store; log: Pick<Logger, 'info' | 'error'>; clock(): number },
  everyMs = LOOK_MS,
): { stop(): Promise<void> } {
  const { store, log, clock } = deps;
  let alerted = '';
  let running: Promise<void> | null = null;
  const alert = (): void => {
    const stuck = stuckDomains(store.reader, clock());
    const names = stuck.map(({ domain }) => domain).join(' ');
    if (stuck.length > 0 && names !== alerted)
      log.error(
        { domains: stuck.slice(0, 20), count: stuck.length },
        'too many days are open: close or waive them with `rollcall ledger close-day`',
      );
    alerted = names;
  };
  const look = async (): Promise<void> => {
    const now = clock();
    alert();
    if (!hasOpenDays(store.reader, now)) return;
    const closed = await closeOpenDays(store, { now, through: dayOf(now) - 1, domain: null, byOperator: null });
    log.info({ through: dateOf(dayOf(now) - 1), ...closed }, 'daily use is closed');
  };
  const run = (): void => {
    running ??= look()
      .catch((error: unknown) =>
        log.error({ error: error instanceof Error ? error.message : String(error) }, 'daily use could not be closed'),
      )
      .finally(() => {
        running = null;
      });
  };
  run();
  const timer = setInterval(run, everyMs);
  return {
    async stop() {
      clearInterval(timer);
      await running;
    },
  };
}
