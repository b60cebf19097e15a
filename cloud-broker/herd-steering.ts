/** Wires the steering of the herd (P4): measures the service, and tells the roll the rhythm that follows. */
import { createHistogram, monitorEventLoopDelay } from 'node:perf_hooks';
import type { Logger } from 'pino';
import type { PresenceRegistry } from './presence/presence-registry.ts';
import { LOOK_S, steadily, steer, type Rhythm, type Steering } from './presence/steering.ts';
import type { Store } from './store/store.ts';

/** What a timer that is always on time is late by, as the event loop is watched. */
const RESOLUTION_MS = 10;

export interface HerdSteeringParts {
  configured: Rhythm;
  registry: Pick<PresenceRegistry, 'counts' | 'heartbeats' | 'rhythm' | 'steer'>;
  store: Pick<Store, 'onTimed'>;
  /** Boards a second that got in while others waited; null until some had to. */
  boardsPerS(): number | null;
  log: Pick<Logger, 'warn'>;
}

/** Gathers the figures between two looks. Its caller says how long that was. */
export class HerdSteering {
  private readonly parts: HerdSteeringParts;
  /** In microseconds. */
  private readonly commits = createHistogram();
  private state: Steering;
  private heartbeats: number;

  constructor(parts: HerdSteeringParts) {
    this.parts = parts;
    this.state = steadily(parts.configured);
    this.heartbeats = parts.registry.heartbeats;
    parts.store.onTimed((commitMs) => this.commits.record(Math.max(1, Math.round(commitMs * 1000))));
  }

  look(elapsedMs: number, loopLagP99Ms: number): void {
    const { registry, configured, log } = this.parts;
    const { connected, online, late } = registry.counts();
    const measured = {
      connected,
      herd: online + late,
      heartbeatsPerS: ((registry.heartbeats - this.heartbeats) * 1000) / elapsedMs,
      commitP99Ms: this.commits.count === 0 ? 0 : this.commits.percentile(99) / 1000,
      loopLagP99Ms,
      boardsPerS: this.parts.boardsPerS(),
    };
    this.heartbeats = registry.heartbeats;
    this.commits.reset();
    const before = this.state.rhythm;
    this.state = steer(this.state, configured, measured);
    const { rhythm } = this.state;
    if (rhythm.intervalS === before.intervalS && rhythm.jitterS === before.jitterS) return;
    registry.steer(rhythm);
    if (rhythm.intervalS !== before.intervalS)
      log.warn({ from: before.intervalS, ...rhythm, measured }, 'devices are told another interval');
  }
}

/** Looks every ten seconds until it is stopped. */
export function startHerdSteering(parts: HerdSteeringParts): { stop(): void } {
  const steering = new HerdSteering(parts);
  const delay = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
  delay.enable();
  let lookedAt = performance.now();
  const timer = setInterval(() => {
    const now = performance.now();
    steering.look(now - lookedAt, delay.percentile(99) / 1e6 - RESOLUTION_MS);
    lookedAt = now;
    delay.reset();
  }, LOOK_S * 1000);
  return {
    stop() {
      clearInterval(timer);
      delay.disable();
    },
  };
}
