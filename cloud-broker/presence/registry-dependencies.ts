import type { Flush } from './flush.ts';
import type { Thresholds } from './rules/reducer.ts';
import type { Rhythm } from './rules/steering.ts';

export interface RegistryDependencies {
  /** Resolves when the flush is on disk. */
  flush(flush: Flush): Promise<void>;
  clock(): number;
  /** The rhythm devices are told until `steer` sets another. */
  heartbeat: Rhythm;
  thresholds: Thresholds;
  onFlushError(error: unknown): void;
}
