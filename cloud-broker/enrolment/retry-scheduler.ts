const MAX_RETRY_S = 300;

/**
 * When boards answered `busy` should come back (E10), in whole seconds from 1 to `mostS`: spread evenly over 0.5 to 1.5 times the time that everyone
 * waiting needs at the measured rate. `random` is in [0, 1).
 */
export function retryAfterS(waiting: number, perSecond: number, mostS: number, random: number): number {
  // Not capped at mostS afterwards: all capped boards would come back in the same second.
  const spanS = Math.min(mostS / 1.5, Math.max(2, waiting / Math.max(perSecond, 1)));
  return Math.max(1, Math.min(mostS, Math.ceil(spanS * (0.5 + random))));
}

/**
 * Boards answered `busy` that are not back yet (E10, P4): they also wait, so the next one is sent behind them. Counted per second of return, so that
 * it stores only as many numbers as `busy` has seconds, however many boards there are.
 */
export class RetryScheduler {
  private readonly bySecond = new Map<number, number>();
  private waiting = 0;

  /** Seconds (1 to 300) behind the `inside` boards waiting here and all boards sent away, at the measured rate. `now` is in milliseconds. */
  comeBackIn(now: number, inside: number, perSecond: number, random: number): number {
    const seconds = retryAfterS(inside + this.count(now), perSecond, MAX_RETRY_S, random);
    const second = Math.ceil(now / 1000) + seconds;
    this.bySecond.set(second, (this.bySecond.get(second) ?? 0) + 1);
    this.waiting += 1;
    return seconds;
  }

  private count(now: number): number {
    for (const [second, boards] of this.bySecond) {
      if (second * 1000 > now) continue;
      this.bySecond.delete(second);
      this.waiting -= boards;
    }
    return this.waiting;
  }
}
