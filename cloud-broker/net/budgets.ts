/** Budgets as token buckets (E10), pure: the time is a parameter, in milliseconds. */
export interface Rate {
  /** Most that may be spent at once. */
  burst: number;
  perSecond: number;
}

export interface Bucket {
  tokens: number;
  at: number;
}

export function fullBucket(rate: Rate, now: number): Bucket {
  return { tokens: rate.burst, at: now };
}

/** The bucket at `now`; a clock that went back refills nothing. */
function refilled(bucket: Bucket, rate: Rate, now: number): Bucket {
  const elapsedS = Math.max(0, now - bucket.at) / 1000;
  return { tokens: Math.min(rate.burst, bucket.tokens + elapsedS * rate.perSecond), at: now };
}

/** Takes one token; `allowed` is false, and nothing is taken, where less than one is left. */
export function take(bucket: Bucket, rate: Rate, now: number): { bucket: Bucket; allowed: boolean } {
  const current = refilled(bucket, rate, now);
  return current.tokens >= 1
    ? { bucket: { ...current, tokens: current.tokens - 1 }, allowed: true }
    : { bucket: current, allowed: false };
}

/**
 * When those who are told `busy` should come back (E10), in whole seconds from 1 to `mostS`: spread evenly over the time
 * that the measured rate needs for everyone who waits, from half of it to one and a half of it. `dice` is in [0, 1).
 */
export function retryAfterS(waiting: number, perSecond: number, mostS: number, dice: number): number {
  // Never cut at mostS afterwards: those cut would all come back in the same second.
  const spanS = Math.min(mostS / 1.5, Math.max(2, waiting / Math.max(perSecond, 1)));
  return Math.max(1, Math.min(mostS, Math.ceil(spanS * (0.5 + dice))));
}

/** Buckets by name, at most `most` of them: beyond that the one unused for longest is forgotten, which only refills it. */
export class Buckets {
  private readonly rate: Rate;
  private readonly most: number;
  private readonly buckets = new Map<string, Bucket>();

  constructor(rate: Rate, most: number) {
    this.rate = rate;
    this.most = most;
  }

  /** Spends one token of `name`; false where none is left. */
  spend(name: string, now: number): boolean {
    const { bucket, allowed } = take(this.buckets.get(name) ?? fullBucket(this.rate, now), this.rate, now);
    this.buckets.delete(name);
    this.buckets.set(name, bucket);
    if (this.buckets.size > this.most) {
      const [oldest] = this.buckets.keys();
      if (oldest !== undefined) this.buckets.delete(oldest);
    }
    return allowed;
  }

  /** Takes one spending back, where it turned out that it should not have cost this name anything. */
  giveBack(name: string): void {
    const bucket = this.buckets.get(name);
    if (bucket !== undefined) bucket.tokens = Math.min(this.rate.burst, bucket.tokens + 1);
  }

  /** Whether nothing is left, without spending it. */
  isSpent(name: string, now: number): boolean {
    const bucket = this.buckets.get(name);
    return bucket !== undefined && refilled(bucket, this.rate, now).tokens < 1;
  }
}
