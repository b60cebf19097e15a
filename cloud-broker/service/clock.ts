/** The service's time: the machine's clock, as long as it can be trusted. */
import { MAX_SET_MS } from '../ledger/rules/usage.ts';

const DAY_MS = 86_400_000;

/** A machine switched off for longer cannot be distinguished from one whose clock is wrong. */
const MAX_AWAY_MS = 31 * DAY_MS;
/** A jump worth logging, after which silence is measured anew. */
const WORTH_TELLING_MS = 60_000;

/** Two clocks too far apart, in milliseconds since 1970. */
export interface ClockDoubt {
  machine: number;
  /** From the latest stored time, plus the time elapsed since by the monotonic clock. */
  service: number;
}

export interface ClockSources {
  /** Milliseconds since 1970, by the machine's clock. */
  machine(): number;
  /** Milliseconds of a monotonic clock. */
  elapsed(): number;
}

/** `expected` is the latest trusted time plus the time elapsed since; `isStart` until the machine's clock was first trusted. */
export function isBelievable(machine: number, expected: number, isStart: boolean): boolean {
  const ahead = machine - expected;
  return ahead >= -MAX_SET_MS && ahead <= (isStart ? MAX_AWAY_MS : MAX_SET_MS);
}

/**
 * Follows the machine's clock while it can be trusted. Otherwise the service's own time continues from the latest stored one by the monotonic clock,
 * so that nothing is dated by the wrong clock, and operations with a lasting effect wait (lasting-operations.ts) until the clock is right or the
 * operator confirms it.
 */
export class ServiceClock {
  private readonly sources: ClockSources;
  private base: number;
  private baseElapsed: number;
  private isStart = true;
  private readonly listeners: ((byMs: number) => void)[] = [];

  /** `stored`: the latest stored time, in milliseconds since 1970; null if there is none, in which case the machine is trusted. */
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

  /** Null while the machine's clock is trusted. */
  get doubt(): ClockDoubt | null {
    const service = this.now();
    const machine = this.sources.machine();
    return isBelievable(machine, service, this.isStart) ? null : { machine, service };
  }

  /** The operator confirms that the machine's clock is right. */
  accept(): void {
    this.follow(this.sources.machine(), Math.floor(this.expected));
  }

  /** Called with the size of the step when the service's time jumps by more than a minute. */
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
