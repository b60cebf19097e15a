/** The job that closes the UTC days of all domains (L6). When it runs does not matter: a posting closes its domain's days itself. */
import type { Logger } from 'pino';
import { closeOpenDays } from '../ledger/close-days.ts';
import { dateOf, dayOf } from '../ledger/rules/usage.ts';
import { hasOpenDays, stuckDomains } from './queries/usage.ts';
import type { Store } from '../store/port.ts';

interface DailyUseParts {
  store: Pick<Store, 'reader' | 'write'>;
  log: Pick<Logger, 'info' | 'error'>;
  clock(): number;
}

/** Closes finished days. If there are none, it costs one index search. */
export class DailyUse {
  private readonly parts: DailyUseParts;
  private alerted = '';

  constructor(parts: DailyUseParts) {
    this.parts = parts;
  }

  async run(): Promise<void> {
    const { store, log, clock } = this.parts;
    const now = clock();
    await this.alert(now);
    if (!(await hasOpenDays(store.reader, now))) return;
    const closed = await closeOpenDays(store, { now, through: dayOf(now) - 1, domain: null, byOperator: null });
    log.info({ through: dateOf(dayOf(now) - 1), ...closed }, 'daily use is closed');
  }

  private async alert(now: number): Promise<void> {
    const { store, log } = this.parts;
    const stuck = await stuckDomains(store.reader, now);
    const names = stuck.map(({ domain }) => domain).join(' ');
    if (stuck.length > 0 && names !== this.alerted)
      log.error(
        { domains: stuck.slice(0, 20), count: stuck.length },
        'too many days are open: close or waive them with `rollcall ledger close-day`',
      );
    this.alerted = names;
  }
}
