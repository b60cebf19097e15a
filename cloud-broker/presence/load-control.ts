/** Measures the service's load and gives the registry the matching rhythm (P4). */
import { createHistogram, monitorEventLoopDelay } from 'node:perf_hooks';
import type { Logger } from 'pino';
import type { Store } from '../store/port.ts';
import type { PresenceRegistry } from './presence-registry.ts';
import { steadily, steer, type Rhythm, type Steering } from './rules/steering.ts';

/** Lag that event loop monitoring reports even for a punctual timer. */
const RESOLUTION_MS = 10;

export interface LoadControlParts {
  configured: Rhythm;
  registry: Pick<PresenceRegistry, 'counts' | 'heartbeats' | 'rhythm' | 'steer'>;
  store: Pick<Store, 'onTimed'>;
  /** Boards per second admitted while others waited; null until some had to. */
  boardsPerS(): number | null;
  log: Pick<Logger, 'warn'>;
}

/** Gathers the figures between two checks. The caller passes the time in between. */
export class LoadControl {
  private readonly parts: LoadControlParts;
  /** In microseconds. */
  private readonly commits = createHistogram();
  private state: Steering;
  private heartbeats: number;

  constructor(parts: LoadControlParts) {
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

/** The returned function checks what happened since the previous check. */
export function loadControl(parts: LoadControlParts & { stopping: AbortSignal }): () => void {
  const control = new LoadControl(parts);
  const delay = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
  delay.enable();
  parts.stopping.addEventListener('abort', () => delay.disable());
  let lookedAt = performance.now();
  return () => {
    const now = performance.now();
    control.look(now - lookedAt, delay.percentile(99) / 1e6 - RESOLUTION_MS);
    lookedAt = now;
    delay.reset();
  };
}
