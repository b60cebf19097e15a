import type { Logger } from 'pino';
import { pruneCommands } from './command-delivery.ts';
import { closeDueDomains } from './domains/closing.ts';
import type { Gateway } from './gateway/port.ts';
import { mailChores } from './mail/chores.ts';
import { samplePresence } from './service-runs.ts';
import type { Workshop } from './workshop.ts';

const HOUR_MS = 3_600_000;

/** What is done by the hour: ended waits, old events, closings that are due (D8), reminders (D3), and the day's signed heads (L5); by the week, other ticket keys. */
export function startChores(workshop: Workshop, log: Logger, gateway: Gateway): NodeJS.Timeout {
  const { now } = workshop.clock;
  const chores: (() => Promise<unknown>)[] = [
    async () => workshop.store.write('prune', { now: now() }),
    async () => workshop.store.write('prunePortal', { now: now() }),
    async () => pruneCommands(workshop.store, now()),
    async () => workshop.store.write('prunePresence', { now: now() }),
    async () => samplePresence(workshop.store, now()),
    async () => closeDueDomains(workshop.store, now()),
    async () => mailChores(workshop.store, now()),
    async () => workshop.checkpoint(),
    async () => {
      const ticketKeys = workshop.keys.rotateTicketKeys(now());
      if (ticketKeys !== null) gateway.setTicketKeys(ticketKeys);
    },
  ];
  // One after the other; what fails stops none of the others, and is tried again in an hour.
  const run = async (): Promise<void> => {
    for (const chore of chores) {
      await chore().catch((error: unknown) =>
        log.error({ error: error instanceof Error ? error.message : String(error) }, 'hourly chores'),
      );
    }
  };
  void run();
  return setInterval(() => void run(), HOUR_MS);
}
