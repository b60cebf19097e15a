/** What time it is for the service: the machine's clock, as long as that can be believed. */
import { MAX_SET_MS } from '../ledger/rules/usage.ts';

const DAY_MS = 86_400_000;

/** A machine that was switched off for longer cannot be told from one whose clock is wrong. */
const MAX_AWAY_MS = 31 * DAY_MS;
/** A step that is worth a word, and after which silence is measured anew. */
const WORTH_TELLING_MS = 60_000;

/** Two clocks that are too far apart, in milliseconds since 1970. */
export interface ClockDoubt {
  machine: number;
  /** By the newest stored time, and what went by since by the monotonic clock. */
  service: number;
}

export interface ClockSources {
  /** Milliseconds since 1970, as the machine believes. */
  machine(): number;
  /** Milliseconds by a clock that nobody sets. */
  elapsed(): number;
}

/** `expected` is the newest time that was believed and what went by since; `isStart` until the machine's clock was believed once. */
export function isBelievable(machine: number, expected: number, isStart: boolean): boolean {
  const ahead = machine - expected;
  return ahead >= -MAX_SET_MS && ahead <= (isStart ? MAX_AWAY_MS : MAX_SET_MS);
}

/**
 * Follows the machine's clock while it is believable. Where it is not, the service's own time goes on from the newest stored one by the monotonic
 * clock, so that nothing is dated by the other, and what has a lasting effect waits (lasting-operations.ts) until the clock is right or the operator says that it is.
 */
export class ServiceClock {
  private readonly sources: ClockSources;
  private base: number;
  private baseElapsed: number;
  private isStart = true;
  private readonly listeners: ((byMs: number) => void)[] = [];

  /** `stored`: the newest stored time, in milliseconds since 1970; null where there is none, which believes the machine. */
  constructor(sources: ClockSources, stored: number | null) {
    this.sources = sources;
    this.base = stored ?? sources.machine();
    this.baseElapsed = sources.elapsed();
  }

  private get expected(): number {
    return this.base + this.sources.elapsed() - this.baseElapsed;
  }

  /** Milliseconds since 1970. */
  now = (): number => {
    const machine = this.sources.machine();
    const expected = Math.floor(this.expected);
    if (!isBelievable(machine, expected, this.isStart)) return expected;
    this.follow(machine, expected);
    return machine;
  };

  /** Null while the machine's clock is believed. */
  get doubt(): ClockDoubt | null {
    const service = this.now();
    const machine = this.sources.machine();
    return isBelievable(machine, service, this.isStart) ? null : { machine, service };
  }

  /** The operator says that the machine's clock is right. */
  accept(): void {
    this.follow(this.sources.machine(), Math.floor(this.expected));
  }

  /** Told when the service's time made a step of more than a minute, and by how much. */
  onSet(listener: (byMs: number) => void): void {
    this.listeners.push(listener);
  }

  private follow(machine: number, expected: number): void {
    this.base = machine;
    this.baseElapsed = this.sources.elapsed();
    this.isStart = false;
    const step = machine - expected;
    if (Math.abs(step) > WORTH_TELLING_MS) for (const listener of this.listeners) listener(step);
  }
}
