/** The operator's view of the machine's clock. */
import * as z from 'zod';
import type { Store } from '../store/port.ts';

export const clockView = z.object({
  /** The machine's time, and the service's time; the same while the machine's clock is trusted. */
  machine: z.iso.datetime(),
  service: z.iso.datetime(),
  believed: z.boolean(),
});
export type ClockView = z.output<typeof clockView>;

/** A clock that may not be trusted, and that the operator can vouch for; times in milliseconds since 1970. */
export interface DoubtableClock {
  now(): number;
  /** Null while the machine's clock is trusted. */
  readonly doubt: { machine: number; service: number } | null;
  accept(): void;
}

export interface ClockDoings {
  clock(): Promise<ClockView>;
  /** Trusts the machine's clock from now on; audited. */
  acceptClock(): Promise<ClockView>;
}

function view(clock: DoubtableClock): ClockView {
  const { doubt } = clock;
  const { machine, service } = doubt ?? { machine: clock.now(), service: clock.now() };
  return { machine: new Date(machine).toISOString(), service: new Date(service).toISOString(), believed: doubt === null };
}

export function clockDoings(services: { store: Store; serviceClock: DoubtableClock }, actor: string): ClockDoings {
  const { store, serviceClock: clock } = services;
  return {
    clock: async () => view(clock),
    async acceptClock() {
      const { doubt } = clock;
      if (doubt !== null) {
        await store.write('acceptClock', { now: doubt.machine, was: doubt.service, actor });
        clock.accept();
      }
      return view(clock);
    },
  };
}
