import { createSimulatedBoard, simulatedDeviceKey } from '../../firmware-shim/simulated.ts';
import { runEnrolment } from '../enrolling.ts';
import type { Outcome } from '../enrollment.ts';
import { Runner } from '../run.ts';
import type { Settings } from '../settings.ts';
import type { StatusPort } from '../status-keeper.ts';
import { inMemoryStateStore } from './in-memory-state-store.ts';

/** What all simulated displays of a process share. */
export interface Surroundings {
  settings: Settings;
  service: { brokerUrl: string; ca: string };
  domain: string;
  pairingCode: string | undefined;
  budgetMs: number;
  signal: AbortSignal;
}

/** Notified of what happens to one display. */
export interface Watcher {
  /** The answer to its first enrolment, and how long it took. */
  answered(outcome: Outcome, ms: number): void;
  connected(): void;
  /** A heartbeat was acknowledged. */
  beat(): void;
}

const silent = { note: () => undefined };

/** One display from its first request until it is stopped or only a person could continue: the real agent, except for its state folder. */
export async function liveAsDisplay(seed: string, around: Surroundings, watcher: Watcher): Promise<void> {
  const { settings, service, domain, pairingCode, budgetMs, signal } = around;
  const board = createSimulatedBoard(seed, () => undefined);
  const store = inMemoryStateStore(await board.identify(), simulatedDeviceKey(seed));
  const beganMs = performance.now();
  const outcome = await runEnrolment(
    { store, board, log: silent, service, proxy: settings.proxy, signal },
    { domain, budgetMs, ...(pairingCode === undefined ? {} : { pairingCode }) },
  );
  watcher.answered(outcome, performance.now() - beganMs);
  if (outcome.kind === 'pending') {
    const { code, checkCode, retryAfterS } = outcome.pending;
    const waiting = { domain, code, checkCode, retryAfterS, since: new Date().toISOString() };
    await store.update((state) => ({ ...state, waiting }));
  } else if (outcome.kind !== 'accepted') return;
  const status: StatusPort = {
    change: ({ connected, lastHeartbeatAt }) => {
      if (connected === true) watcher.connected();
      if (typeof lastHeartbeatAt === 'string') watcher.beat();
    },
    flushed: async () => undefined,
  };
  await new Runner({ store, board, log: silent, settings, signal }, status).run();
}
