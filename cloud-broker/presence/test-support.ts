/** A registry with a clock and a store controlled by the test. */
import { onTestFinished } from 'vitest';
import type { Birth, Heartbeat } from '../../protocol/messages.ts';
import type { Flush, StoredPresence } from './flush.ts';
import { PresenceRegistry } from './presence-registry.ts';

export const START = Date.UTC(2026, 10, 23, 8);
export const INTERVAL_S = 60;
export const HOUR_MS = 3_600_000;
export const DEVICE = 'dev-00000001';
export const birthOf = (epoch: number, more: Partial<Birth> = {}): Birth => ({
  type: 'birth',
  epoch,
  at: new Date(START).toISOString(),
  agentVersion: '0.1.0',
  intervalS: INTERVAL_S,
  inventory: { cpu: 'ARM' },
  ...more,
});
export const beatOf = (epoch: number, more: Partial<Heartbeat> = {}): Heartbeat => ({
  type: 'heartbeat',
  epoch,
  seq: 1,
  at: new Date(START).toISOString(),
  uptimeS: 1,
  health: { cpuPercent: 5 },
  ...more,
});

export const STORED: StoredPresence = {
  deviceId: DEVICE,
  epoch: 7,
  lastHeartbeatAt: START - 5000,
  intervalS: INTERVAL_S,
  ended: null,
  endedAt: null,
  status: 'online',
  statusSince: START - 100_000,
  health: '{"cpuPercent":1}',
};

export interface TestRegistry {
  registry: PresenceRegistry;
  time: { now: number };
  /** Flushes begun; each waits in `hold` order, or finishes at once. */
  flushes: Flush[];
  errors: unknown[];
  /** Set to delay flushes or make them fail. */
  answer: { next: () => Promise<void> };
}

export function testRegistry(stored: StoredPresence[] = []): TestRegistry {
  const time = { now: START };
  const flushes: Flush[] = [];
  const errors: unknown[] = [];
  const answer = { next: async (): Promise<void> => {} };
  const registry = new PresenceRegistry(
    {
      flush: async (flush) => {
        flushes.push(flush);
        await answer.next();
      },
      clock: () => time.now,
      heartbeat: { intervalS: INTERVAL_S, jitterS: 10 },
      thresholds: { jitterS: 10, graceS: 30 },
      onFlushError: (error) => errors.push(error),
    },
    stored,
  );
  onTestFinished(() => registry.close());
  return { registry, time, flushes, errors, answer };
}

/** The registry gathers for 50 ms. */
export async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setImmediate(resolve));
}
