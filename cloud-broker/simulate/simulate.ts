/** `rollcall simulate`: thousands of boards against a running service, in a few processes that run real agents. */
import { availableParallelism } from 'node:os';
import { figuresOf, sumOf, type Figures } from './figures.ts';
import { WorkerProcess } from './worker-process.ts';

export interface SimulationOptions {
  /** The service's HTTP address. */
  url: string;
  domain: string;
  pairingCode?: string;
  /** Board n is `simulated:<seed>-<n>`. */
  seed: string;
  boards: number;
  /** How long the boards keep running after all have been heard, in seconds. */
  heartbeatsS: number;
  /** The time over which the boards start, in seconds. */
  rampS: number;
  /** How many times, spread over that period, all connections are cut at once. */
  storms: number;
  clones: number;
}

export interface Progress {
  /** Called several times a second; `label` names the phase. */
  at(label: string, done: number, total: number): void;
}

const BOARDS_A_PROCESS = 1000;
const MAX_PROCESSES = 8;
const LOOK_MS = 200;
/** How long one board keeps asking for its answer: a domain's budget makes thousands of boards wait for minutes (E10). */
const ASKING_MS = 600_000;
/** How long boards may take until they are heard, or are back after a storm: the agent's longest wait and the one after it. */
const PATIENCE_MS = 300_000;

/** The boards' seeds, without `simulated:`; the same in each run, so that a repeated run renews (E3). */
export function seedsOf(seed: string, boards: number): string[] {
  return Array.from({ length: boards }, (_, index) => `${seed}-${index + 1}`);
}

/** Which boards run in which process: one process per thousand, but no more than there are cores. */
function partsOf(seeds: readonly string[]): string[][] {
  const full = Math.ceil(seeds.length / BOARDS_A_PROCESS);
  const processes = Math.min(full, Math.max(1, Math.min(availableParallelism(), MAX_PROCESSES)));
  return Array.from({ length: processes }, (_, part) => seeds.filter((_seed, index) => index % processes === part));
}

class Simulation {
  private readonly workers: WorkerProcess[];
  private readonly options: SimulationOptions;
  private readonly progress: Progress;
  /** Ends the phases when the caller asks, or a worker cannot continue. */
  private readonly signal: AbortSignal;
  private readonly over = new AbortController();

  constructor(options: SimulationOptions, progress: Progress, signal: AbortSignal) {
    this.options = options;
    this.progress = progress;
    this.signal = AbortSignal.any([signal, this.over.signal]);
    const { url, domain, pairingCode, rampS } = options;
    const parts = partsOf(seedsOf(options.seed, options.boards));
    this.workers = parts.map(
      (boards, part) =>
        new WorkerProcess({
          do: 'start',
          url,
          domain,
          ...(pairingCode === undefined ? {} : { pairingCode }),
          boards,
          clones: Math.ceil(Math.max(0, options.clones - part) / parts.length),
          rampMs: Math.round(rampS * 1000),
          budgetMs: ASKING_MS,
        }),
    );
  }

  /** Runs to the end, or until the signal; rejects if a worker cannot continue. */
  async play(): Promise<Figures> {
    const began = performance.now();
    const trouble = Promise.race(this.workers.map(async ({ trouble: one }) => one));
    trouble.catch(() => undefined);
    try {
      const storms = await Promise.race([this.phases(), trouble]);
      const seconds = Math.round((performance.now() - began) / 100) / 10;
      const measured = await Promise.all(this.workers.map(async (worker) => worker.stop()));
      const { boards, clones } = this.options;
      return figuresOf(measured, { boards, clones, storms, seconds });
    } finally {
      this.over.abort();
      for (const worker of this.workers) worker.end();
    }
  }

  /** Resolves with the number of storms. */
  private async phases(): Promise<number> {
    const { boards, rampS, heartbeatsS, storms } = this.options;
    const answered = (): number => boards - this.missing();
    await this.until('Enrolling', answered, () => boards, ASKING_MS + rampS * 1000);
    await this.until(
      'First heartbeats',
      () => this.sum('heard'),
      () => this.sum('accepted'),
      PATIENCE_MS,
    );
    let done = 0;
    for (; done < storms && !this.signal.aborted; done += 1) {
      await this.live(heartbeatsS / (storms + 1));
      for (const worker of this.workers) {
        worker.tally = { ...worker.tally, back: 0 };
        worker.order({ do: 'cut' });
      }
      await this.until(
        'Reconnecting',
        () => this.sum('back'),
        () => this.sum('accepted'),
        PATIENCE_MS,
      );
    }
    await this.live(heartbeatsS / (storms + 1));
    return done;
  }

  private sum(name: 'accepted' | 'heard' | 'back' | 'heartbeats'): number {
    return sumOf(
      this.workers.map(({ tally }) => tally),
      name,
    );
  }

  private missing(): number {
    const tallies = this.workers.map(({ tally }) => tally);
    const names = ['accepted', 'pending', 'rejected', 'unanswered'] as const;
    return names.reduce((left, name) => left - sumOf(tallies, name), this.options.boards);
  }

  private async live(seconds: number): Promise<void> {
    const began = performance.now();
    const passed = (): number => Math.min(seconds, (performance.now() - began) / 1000);
    await this.until('Heartbeats (seconds)', passed, () => seconds, seconds * 1000 + LOOK_MS);
  }

  private async until(label: string, done: () => number, total: () => number, patienceMs: number): Promise<void> {
    const endsMs = performance.now() + patienceMs;
    if (total() === 0) return;
    for (;;) {
      this.progress.at(label, Math.floor(done()), Math.ceil(total()));
      if (done() >= total() || this.signal.aborted || performance.now() > endsMs) return;
      await new Promise((resolve) => {
        setTimeout(resolve, LOOK_MS);
      });
    }
  }
}

/** Runs the boards against the service; on the signal, stops early with what has been measured. Refuses as the agent does. */
export async function simulate(options: SimulationOptions, progress: Progress, signal: AbortSignal): Promise<Figures> {
  return new Simulation(options, progress, signal).play();
}
