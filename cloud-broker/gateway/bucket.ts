/** A bucket of tokens that fills up by itself. Pure: time comes in as milliseconds of any clock that does not go back. */
export class Bucket {
  private readonly most: number;
  private readonly perSecond: number;
  private tokens: number;
  private at: number;

  constructor(most: number, perSecond: number, now: number) {
    this.most = most;
    this.perSecond = perSecond;
    this.tokens = most;
    this.at = now;
  }

  /** Takes one token; false: there is none. */
  take(now: number): boolean {
    this.fill(now);
    if (this.tokens < 1) return false;
    this.tokens -= 1;
    return true;
  }

  isEmpty(now: number): boolean {
    this.fill(now);
    return this.tokens < 1;
  }

  private fill(now: number): void {
    const elapsed = Math.max(0, now - this.at);
    this.tokens = Math.min(this.most, this.tokens + (elapsed * this.perSecond) / 1000);
    this.at = now;
  }
}
