import { setMaxListeners } from 'node:events';
import type { SimulationReport, SimulationStart, SimulationTally } from '../../protocol/simulation.ts';
import type { Outcome } from '../enrollment.ts';
import { delay } from '../delay.ts';
import { liveAsDisplay, type Surroundings, type Watcher } from './display.ts';

type Measured = Omit<Extract<SimulationReport, { say: 'end' }>, 'say'>;

/** Many simulated displays in one process. */
export class Crowd {
  readonly #tally: SimulationTally = { accepted: 0, pending: 0, rejected: 0, unanswered: 0, heard: 0, back: 0, heartbeats: 0 };
  readonly #enrolMs: number[] = [];
  readonly #backMs: number[] = [];
  readonly #reasons: Record<string, number> = {};
  readonly #around: Omit<Surroundings, 'signal'>;
  readonly #stopping = new AbortController();
  #cuts = 0;
  #cutMs = 0;
  #living: Promise<unknown> = Promise.resolve();

  constructor(around: Omit<Surroundings, 'signal'>) {
    this.#around = around;
    // Every display listens to it.
    setMaxListeners(0, this.#stopping.signal);
  }

  get tally(): SimulationTally {
    return this.#tally;
  }

  /** Each board starts at its own moment within the ramp; a clone starts once its original has been heard. */
  begin({ boards, clones, rampMs }: Pick<SimulationStart, 'boards' | 'clones' | 'rampMs'>): void {
    this.#living = Promise.all(
      boards.map(async (seed, index) => {
        await delay((rampMs * index) / boards.length, this.#stopping.signal);
        const heard = Promise.withResolvers<void>();
        const all = [this.#live(seed, this.#watcher(heard.resolve)).finally(heard.resolve)];
        if (index < clones) all.push(heard.promise.then(async () => this.#live(seed, this.#cloneWatcher())));
        await Promise.all(all);
      }),
    );
  }

  /** From here on, counts displays that come back. */
  cut(): void {
    this.#cuts += 1;
    this.#cutMs = performance.now();
    this.#tally.back = 0;
  }

  /** Resolves with the measurements once every display has said goodbye. */
  async stop(): Promise<Measured> {
    this.#stopping.abort();
    await this.#living;
    return { tally: this.#tally, enrolMs: this.#enrolMs, backMs: this.#backMs, reasons: this.#reasons };
  }

  async #live(seed: string, watcher: Watcher): Promise<void> {
    const { signal } = this.#stopping;
    if (!signal.aborted) await liveAsDisplay(seed, { ...this.#around, signal }, watcher);
  }

  #watcher(onHeard: () => void): Watcher {
    const tally = this.#tally;
    let state: 'asking' | 'pending' | 'accepted' = 'asking';
    let heard = false;
    let backSince = 0;
    return {
      answered: (outcome, ms) => {
        if (outcome.kind === 'cancelled') return;
        this.#count(outcome, ms);
        if (outcome.kind === 'accepted' || outcome.kind === 'pending') state = outcome.kind;
      },
      connected: () => {
        if (state === 'pending') {
          // An admin has approved it in the meantime.
          state = 'accepted';
          tally.pending -= 1;
          tally.accepted += 1;
        }
        if (backSince === this.#cuts) return;
        backSince = this.#cuts;
        tally.back += 1;
        this.#backMs.push(performance.now() - this.#cutMs);
      },
      beat: () => {
        tally.heartbeats += 1;
        if (heard) return;
        heard = true;
        tally.heard += 1;
        onHeard();
      },
    };
  }

  /** A clone is not a board of its own; only its heartbeats count. */
  #cloneWatcher(): Watcher {
    return {
      answered: () => undefined,
      connected: () => undefined,
      beat: () => {
        this.#tally.heartbeats += 1;
      },
    };
  }

  #count(outcome: Exclude<Outcome, { kind: 'cancelled' }>, ms: number): void {
    const because = (code: string): void => {
      this.#reasons[code] = (this.#reasons[code] ?? 0) + 1;
    };
    if (outcome.kind === 'temporary') {
      this.#tally.unanswered += 1;
      return because(outcome.code);
    }
    this.#tally[outcome.kind] += 1;
    this.#enrolMs.push(ms);
    if (outcome.kind === 'rejected') because(outcome.rejected.code);
  }
}
