import type { Logger } from 'pino';
import type { Store } from '../store/port.ts';

/** How often the service notes that it is running. */
export const NOTED_EVERY_MS = 60_000;
const GAP_MS = 2 * NOTED_EVERY_MS;

interface ServiceRunsParts {
  store: Pick<Store, 'write' | 'onFault'>;
  log: Pick<Logger, 'error' | 'info'>;
  clock(): number;
  /** Triggers the note at once. */
  wake(): void;
}

/**
 * Notes every minute that the service is running (P5): between two runs, nobody can say what a device's status was. The note is a write like any
 * other, so it also shows whether writes work: it is tried at once when another write fails, and again until it is stored.
 */
export class ServiceRuns {
  /** Why nothing can be stored: the error of the last attempt; null if it succeeded. */
  failure: string | null = null;
  private readonly parts: ServiceRunsParts;
  private startedAt: number;
  private triedAt: number;
  private toldAt = -Infinity;
  private isEnded = false;

  private constructor(parts: ServiceRunsParts) {
    this.parts = parts;
    this.startedAt = parts.clock();
    this.triedAt = this.startedAt;
  }

  /** Rejects if the first note cannot be stored. */
  static async begin(parts: ServiceRunsParts): Promise<ServiceRuns> {
    const runs = new ServiceRuns(parts);
    await runs.note();
    parts.store.onFault((reason) => runs.hurry(reason));
    return runs;
  }

  /** Rejects if it cannot be stored; pass the error to `failed`. */
  async note(): Promise<void> {
    const { store, log, clock } = this.parts;
    const now = clock();
    // For the time skipped by a clock step, nobody can say what a device's status was either.
    if (now < this.triedAt || now > this.triedAt + GAP_MS) this.startedAt = now;
    this.triedAt = now;
    await store.write('noteRun', { startedAt: this.startedAt, now });
    if (this.failure !== null) log.info('the service can store again');
    this.failure = null;
  }

  failed(error: unknown): void {
    const reason = reasonOf(error);
    if (this.failure === null)
      this.parts.log.error({ reason }, 'the service cannot store anything: it is not ready until it can');
    this.failure = reason;
  }

  /** The last note: when the service ended. */
  async end(): Promise<void> {
    this.isEnded = true;
    await this.note().catch((error: unknown) => this.failed(error));
  }

  /** Another write failed. */
  private hurry(reason: string): void {
    if (this.failure !== null || this.isEnded) return;
    if (performance.now() - this.toldAt > NOTED_EVERY_MS) this.parts.log.error({ reason }, 'the database failed a write');
    this.toldAt = performance.now();
    this.parts.wake();
  }
}

/** SQLite's own message if there is one: `database or disk is full`. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const details = 'details' in error && typeof error.details === 'object' ? error.details : null;
  return details !== null && 'reason' in details ? String(details.reason) : error.message;
}
