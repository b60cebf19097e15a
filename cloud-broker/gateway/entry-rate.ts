/** A rate counts once it was measured for so long. */
const LEAST_MS = 1000;
const NEWEST_SHARE = 0.5;

/**
 * How many strangers a second get through their handshake and CONNECT, measured only while others wait for their turn: a room that is
 * not full tells nothing of what the service can take (E10, P4). Pure: milliseconds of a clock that does not go back come in.
 */
export class EntryRate {
  private measured: number | null = null;
  private since: number | null = null;
  private count = 0;

  /** One left the room; `othersWait`: somebody stood in line for its place. */
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

  /** Null until it was measured. */
  get perSecond(): number | null {
    return this.measured;
  }
}
