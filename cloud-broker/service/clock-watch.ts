import type { Logger } from 'pino';
import type { PresenceRegistry } from '../presence/presence-registry.ts';
import type { ServiceClock } from './clock.ts';

const TOLD_AGAIN_AFTER_LOOKS = 60;

/** Restarts the measurement of silence when the service's time jumps. The returned check reports whether the machine's clock can be trusted. */
export function clockWatch(parts: {
  clock: ServiceClock;
  registry: Pick<PresenceRegistry, 'clockSet'>;
  log: Pick<Logger, 'error' | 'warn' | 'info'>;
}): () => void {
  const { clock, registry, log } = parts;
  clock.onSet((byMs) => {
    registry.clockSet();
    log.warn({ seconds: Math.round(byMs / 1000) }, 'the clock was set');
  });
  /** Checks since the doubt was logged; null if there is none. */
  let looks: number | null = null;
  return () => {
    const { doubt } = clock;
    if (doubt === null) {
      if (looks !== null) log.info('the clock is believed again');
      looks = null;
      return;
    }
    if (looks === null || looks >= TOLD_AGAIN_AFTER_LOOKS) {
      const about = { machine: new Date(doubt.machine).toISOString(), service: new Date(doubt.service).toISOString() };
      log.error(about, 'the clock of this machine is not believed: set it right, or run `rollcall clock accept` if it is');
      looks = 0;
    }
    looks += 1;
  };
}
