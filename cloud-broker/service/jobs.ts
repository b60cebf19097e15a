/** Runs the service's background jobs: each repeatedly, one run at a time. */
import { errorText } from '../../protocol/error-text.ts';
import type { Logger } from 'pino';

/** Runs `run` once, in `ms` milliseconds. Returns a function that cancels it. */
export type Timer = (ms: number, run: () => void) => () => void;

/** Never keeps a process alive. */
const realTimer: Timer = (ms, run) => {
  const timer = setTimeout(run, ms).unref();
  return () => clearTimeout(timer);
};

export interface Job<Name extends string = string> {
  /** Used to wake the job. */
  name: Name;
  /** Milliseconds from the end of a run to the next run. */
  everyMs: number;
  /** The first run waits for `everyMs`. Otherwise it begins at startup. */
  startsLater?: true;
  /** One run. May return the milliseconds until the next, if different from `everyMs`. */
  run(): Promise<number | void> | number | void;
  /** Milliseconds from a failed run to the next, which nothing shortens. Without it, failed runs are followed like any others. */
  retryMs?: number;
  /** Receives a failed run's error. Without it, the log does. */
  failed?(error: unknown): void;
}

export class Jobs<Name extends string = string> {
  private readonly log: Pick<Logger, 'error'>;
  private readonly timer: Timer;
  private readonly loops = new Map<Name, Loop>();
  private readonly ending = new AbortController();

  constructor(log: Pick<Logger, 'error'>, timer: Timer = realTimer) {
    this.log = log;
    this.timer = timer;
  }

  /** Aborted by `stop`: for runs in batches, which end between two of them. */
  get stopping(): AbortSignal {
    return this.ending.signal;
  }

  start(jobs: readonly Job<Name>[]): void {
    for (const job of jobs) {
      const loop = new Loop(job, this.timer, this.log);
      this.loops.set(job.name, loop);
      loop.begin();
    }
  }

  /** Runs a job as soon as possible: now, or again when its current run ends. Does nothing before the start and after the stop. */
  wake(name: Name): void {
    this.loops.get(name)?.wake();
  }

  /** Starts no more runs and waits for those in progress. */
  async stop(): Promise<void> {
    this.ending.abort();
    await Promise.all([...this.loops.values()].map(async (loop) => loop.stop()));
  }
}

/** One started job. */
class Loop {
  private readonly job: Job;
  private readonly timer: Timer;
  private readonly log: Pick<Logger, 'error'>;
  private callOff: () => void = () => undefined;
  private running: Promise<void> = Promise.resolve();
  private isRunning = false;
  private isWoken = false;
  private isStopped = false;
  /** Since the last successful run. */
  private failures = 0;

  constructor(job: Job, timer: Timer, log: Pick<Logger, 'error'>) {
    this.job = job;
    this.timer = timer;
    this.log = log;
  }

  begin(): void {
    if (this.job.startsLater === true) this.plan(this.job.everyMs);
    else this.run();
  }

  wake(): void {
    if (this.isWoken || this.isStopped || (this.isBackingOff && !this.isRunning)) return;
    this.isWoken = true;
    if (!this.isRunning) this.plan(0);
  }

  async stop(): Promise<void> {
    this.isStopped = true;
    this.callOff();
    await this.running;
  }

  private plan(ms: number): void {
    this.callOff();
    this.callOff = this.timer(ms, () => this.run());
  }

  private run(): void {
    this.isRunning = true;
    this.isWoken = false;
    this.running = this.once();
  }

  /** Never rejects. */
  private async once(): Promise<void> {
    const { job } = this;
    let nextMs = job.everyMs;
    try {
      nextMs = (await job.run()) ?? nextMs;
      this.failures = 0;
    } catch (error) {
      nextMs = job.retryMs ?? nextMs;
      // Stopping the service cut the run short: that is no failure.
      if (!this.isStopped) this.fail(error);
    }
    this.isRunning = false;
    if (this.isBackingOff) this.isWoken = false;
    if (!this.isStopped) this.plan(this.isWoken ? 0 : nextMs);
  }

  private get isBackingOff(): boolean {
    return this.failures > 0 && this.job.retryMs !== undefined;
  }

  private fail(error: unknown): void {
    const { job } = this;
    this.failures += 1;
    if (job.failed === undefined)
      this.log.error({ job: job.name, error: errorText(error), inARow: this.failures }, 'a job failed');
    else job.failed(error);
  }
}
