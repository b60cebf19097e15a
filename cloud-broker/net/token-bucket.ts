/** Token buckets, which every budget is made of (E10). Pure: the time is a parameter, in milliseconds. */
export interface Rate {
  /** Most that may be spent at once. */
  burst: number;
  perSecond: number;
}

/** Tokens that are spent and come back by themselves. It is full at first; a clock that goes back refills nothing. */
export class TokenBucket {
  private readonly rate: Rate;
  private tokens: number;
  private at: number;

  constructor(rate: Rate, now: number) {
    this.rate = rate;
    this.tokens = rate.burst;
    this.at = now;
  }

  /** How many tokens there are at `now`, in fractions. */
  tokensAt(now: number): number {
    const elapsedS = Math.max(0, now - this.at) / 1000;
    return Math.min(this.rate.burst, this.tokens + elapsedS * this.rate.perSecond);
  }

  /** Takes one token; false, and nothing is taken, where less than one is left. */
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

/** Buckets by name, at most `most` of them: beyond that the one unused for longest is forgotten, which only refills it. */
export class TokenBuckets {
  private readonly rate: Rate;
  private readonly most: number;
  private readonly buckets = new Map<string, TokenBucket>();

  constructor(rate: Rate, most: number) {
    this.rate = rate;
    this.most = most;
  }

  /** Spends one token of `name`; false where none is left. */
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

  /** Takes one spending back, where it turned out that it should not have cost this name anything. */
  giveBack(name: string): void {
    this.buckets.get(name)?.giveBack();
  }

  /** Whether nothing is left, without spending it. */
  isSpent(name: string, now: number): boolean {
    return this.buckets.get(name)?.isEmpty(now) ?? false;
  }
}
