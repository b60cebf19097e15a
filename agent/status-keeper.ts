import { isDeepStrictEqual } from 'node:util';
import { writeStatus, type RunStatus } from './state-folder.ts';

/** What `status` shows of a running agent: kept in a small file, with changes written one at a time. */
export class StatusKeeper {
  #status: RunStatus = { connected: false, epoch: null, lastHeartbeatAt: null, buffered: 0, notice: null, trouble: null };
  #last: Promise<void> = Promise.resolve();
  readonly #folder: string;

  constructor(folder: string) {
    this.#folder = folder;
    this.#write();
  }

  /** Written only if something changed: every write wears a display's flash. */
  change(part: Partial<RunStatus>): void {
    const before: Partial<Record<string, unknown>> = this.#status;
    if (Object.entries(part).every(([name, value]) => isDeepStrictEqual(before[name], value))) return;
    this.#status = { ...this.#status, ...part };
    this.#write();
  }

  #write(): void {
    const snapshot = this.#status;
    this.#last = this.#last.then(() => writeStatus(this.#folder, snapshot)).catch(() => undefined);
  }

  get now(): RunStatus {
    return this.#status;
  }

  flushed(): Promise<void> {
    return this.#last;
  }
}

/** How `run` reports its status. */
export type StatusPort = Pick<StatusKeeper, 'change' | 'flushed'>;
