/** Counts take-overs of a deviceId: two displays with one identity keep disconnecting each other (P7). */

const MORE_THAN = 5;
const WITHIN_MS = 10 * 60_000;
/** Maximum devices counted at once; beyond it, the oldest counts are dropped. */
const MAX_DEVICES = 10_000;

export class TakeOvers {
  /** The latest take-overs of a device, newest last; the device taken over last is at the end. */
  private readonly recent = new Map<string, number[]>();

  /** A session was taken over while still alive. True if that happened more than 5 times in 10 minutes; the count then starts again. */
  note(deviceId: string, at: number): boolean {
    const times = [...(this.recent.get(deviceId) ?? []).filter((time) => at - time < WITHIN_MS), at];
    this.recent.delete(deviceId);
    if (times.length > MORE_THAN) return true;
    this.recent.set(deviceId, times);
    const [oldest] = this.recent.keys();
    if (this.recent.size > MAX_DEVICES && oldest !== undefined) this.recent.delete(oldest);
    return false;
  }

  get size(): number {
    return this.recent.size;
  }
}
