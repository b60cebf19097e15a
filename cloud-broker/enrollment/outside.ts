import { retryAfterS } from '../net/budgets.ts';

const MOST_RETRY_S = 300;

/**
 * Who was told `busy` and is not back yet (E10, P4): they wait too, so the next one is sent behind them. Counted by the second in
 * which they come back, so that it holds as many numbers as `busy` has seconds, however many boards there are.
 */
export class Outside {
  private readonly bySecond = new Map<number, number>();
  private waiting = 0;

  /** Seconds, 1 to 300: behind the `inside` who wait here and all who were sent away, at the measured rate. `now` is in milliseconds. */
  comeBackIn(now: number, inside: number, perSecond: number, dice: number): number {
    const seconds = retryAfterS(inside + this.count(now), perSecond, MOST_RETRY_S, dice);
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
