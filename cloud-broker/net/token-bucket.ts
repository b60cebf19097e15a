/** Token buckets, the basis of every budget (E10). Pure: the time is a parameter, in milliseconds. */
export interface Rate {
  /** The most that may be spent at once. */
  burst: number;
  perSecond: number;
}

/** Tokens that are spent and refill over time. A bucket starts full; a clock that goes back refills nothing. */
export class TokenBucket {
  private readonly rate: Rate;
  private tokens: number;
  private at: number;

  constructor(rate: Rate, now: number) {
    this.rate = rate;
    this.tokens = rate.burst;
    this.at = now;
  }

  /** The number of tokens at `now`, including fractions. */
  tokensAt(now: number): number {
    const elapsedS = Math.max(0, now - this.at) / 1000;
    return Math.min(this.rate.burst, this.tokens + elapsedS * this.rate.perSecond);
  }

  /** Takes one token; false, without taking any, if less than one is left. */
  take(now: number): boolean {
    this.tokens = this.tokensAt(now);
    this.at = now;
    if (this.tokens < 1) return false;
    this.tokens -= 1;
    return true;
  }

  isEmpty(now: number): boolean {
    return this.tokensAt(now) < 1;
  }

  /** Puts one token back. */
  giveBack(): void {
    this.tokens = Math.min(this.rate.burst, this.tokens + 1);
  }
}

/** Buckets by name, at most `most` of them: beyond that the least recently used one is forgotten, which only refills it. */
export class TokenBuckets {
  private readonly rate: Rate;
  private readonly most: number;
  private readonly buckets = new Map<string, TokenBucket>();

  constructor(rate: Rate, most: number) {
    this.rate = rate;
    this.most = most;
  }

  /** Spends one token of `name`; false if none is left. */
  spend(name: string, now: number): boolean {
    const bucket = this.buckets.get(name) ?? new TokenBucket(this.rate, now);
    this.buckets.delete(name);
    this.buckets.set(name, bucket);
    if (this.buckets.size > this.most) {
      const [oldest] = this.buckets.keys();
      if (oldest !== undefined) this.buckets.delete(oldest);
    }
    return bucket.take(now);
  }

  /** Returns one token, if it turns out that this name should not have been charged. */
  giveBack(name: string): void {
    this.buckets.get(name)?.giveBack();
  }

  /** Whether nothing is left; spends nothing. */
  isSpent(name: string, now: number): boolean {
    return this.buckets.get(name)?.isEmpty(now) ?? false;
  }
}
