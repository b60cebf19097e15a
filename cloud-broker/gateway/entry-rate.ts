/** A rate counts only after it has been measured for this long. */
const LEAST_MS = 1000;
const NEWEST_SHARE = 0.5;

/**
 * How many strangers per second complete their handshake and CONNECT, measured only while others wait: a room that is not full shows nothing about
 * the service's capacity (E10, P4). Pure: monotonic milliseconds are passed in.
 */
export class EntryRate {
  private measured: number | null = null;
  private since: number | null = null;
  private count = 0;

  /** One visitor left the room; `othersWait`: another was waiting for its place. */
  left(now: number, othersWait: boolean): void {
    if (!othersWait) {
      this.since = null;
      return;
    }
    if (this.since === null) {
      this.since = now;
      this.count = 0;
      return;
    }
    this.count += 1;
    const elapsedMs = now - this.since;
    if (elapsedMs < LEAST_MS) return;
    const newest = (this.count * 1000) / elapsedMs;
    this.measured = this.measured === null ? newest : this.measured + NEWEST_SHARE * (newest - this.measured);
    this.since = now;
    this.count = 0;
  }

  /** Null until it has been measured. */
  get perSecond(): number | null {
    return this.measured;
  }
}
