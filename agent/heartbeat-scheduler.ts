import { heartbeatDelayMs, missedSummary, withMissed, type Missed, type Rhythm } from './heartbeats.ts';
import type { Heartbeat } from '../protocol/messages.ts';

type Send = (missed: Heartbeat['missed']) => Promise<void>;

/** Time and randomness as the scheduler needs them. */
export interface HeartbeatClock {
  /** Calls `beat` once, after `ms`; returns a function that cancels it. */
  after(ms: number, beat: () => void): () => void;
  /** Milliseconds of a monotonic clock. */
  nowMs(): number;
  /** 0 to below 1. */
  random(): number;
}

const realClock: HeartbeatClock = {
  after: (ms, beat) => {
    const timer = setTimeout(beat, ms);
    return () => clearTimeout(timer);
  },
  nowMs: () => performance.now(),
  random: Math.random,
};

/**
 * Decides when the agent sends heartbeats: at the interval the service set, whether or not anyone can receive them. A heartbeat that is not
 * acknowledged is missed; a summary of the missed ones goes with the next one that is received (P6).
 */
export class HeartbeatScheduler {
  #rhythm: Rhythm;
  readonly #changed: () => void;
  readonly #clock: HeartbeatClock;
  #missed: Missed | null = null;
  #send: Send | null = null;
  #callOff: () => void = () => undefined;
  #beating: Promise<void> = Promise.resolve();

  /** `changed` is called after every heartbeat. */
  constructor(rhythm: Rhythm, changed: () => void, clock = realClock) {
    this.#rhythm = rhythm;
    this.#changed = changed;
    this.#clock = clock;
    this.#schedule();
  }

  get intervalS(): number {
    return this.#rhythm.intervalS;
  }

  get buffered(): number {
    return this.#missed?.count ?? 0;
  }

  /** A new interval takes effect immediately, counted from now. */
  setRhythm(rhythm: Rhythm): void {
    if (rhythm.intervalS === this.#rhythm.intervalS && rhythm.jitterS === this.#rhythm.jitterS) return;
    this.#rhythm = rhythm;
    this.#schedule();
  }

  /** A session is open: the first heartbeat is sent at once. */
  attach(send: Send): void {
    this.#send = send;
    this.#beat();
  }

  detach(): void {
    this.#send = null;
  }

  stop(): void {
    this.#callOff();
    this.#send = null;
  }

  #schedule(): void {
    this.#callOff();
    this.#callOff = this.#clock.after(heartbeatDelayMs(this.#rhythm, this.#clock.random()), () => this.#beat());
  }

  #beat(): void {
    this.#schedule();
    // One at a time: a heartbeat still in progress when the next is due must be counted first.
    this.#beating = this.#beating.then(() => this.#beatOnce());
  }

  async #beatOnce(): Promise<void> {
    const taken = this.#missed;
    const atMs = this.#clock.nowMs();
    try {
      if (this.#send === null) throw new Error('offline');
      await this.#send(missedSummary(taken, atMs));
      this.#missed = null;
    } catch {
      this.#missed = withMissed(taken, atMs);
    }
    this.#changed();
  }
}
