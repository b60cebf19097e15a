import { heartbeatDelayMs, missedSummary, withMissed, type Missed, type Rhythm } from './heartbeats.ts';
import type { Heartbeat } from '../protocol/messages.ts';

type Send = (missed: Heartbeat['missed']) => Promise<void>;

/** Time and chance as the scheduler needs them. */
export interface HeartbeatClock {
  /** Calls `beat` once, after `ms`; returns what calls that off. */
  after(ms: number, beat: () => void): () => void;
  /** Milliseconds of a clock that never goes back. */
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
 * When the agent sends its heartbeats: at the rhythm that the service set, whether or not anybody can hear it. A beat that was not
 * acknowledged is missed; what was missed goes along with the next one that is heard (P6).
 */
export class HeartbeatScheduler {
  #rhythm: Rhythm;
  readonly #changed: () => void;
  readonly #clock: HeartbeatClock;
  #missed: Missed | null = null;
  #send: Send | null = null;
  #callOff: () => void = () => undefined;
  #beating: Promise<void> = Promise.resolve();

  /** `changed` is called after every beat. */
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

  /** A new rhythm takes effect at once, from now on. */
  setRhythm(rhythm: Rhythm): void {
    if (rhythm.intervalS === this.#rhythm.intervalS && rhythm.jitterS === this.#rhythm.jitterS) return;
    this.#rhythm = rhythm;
    this.#schedule();
  }

  /** A session is up: the first beat comes at once. */
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
    // One after the other: a beat still under way when the next is due must be counted before it.
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
