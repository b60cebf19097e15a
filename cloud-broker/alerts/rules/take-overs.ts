/** Counts how often a deviceId is taken over: two displays with one identity throw each other out again and again (P7). */

const MORE_THAN = 5;
const WITHIN_MS = 10 * 60_000;
/** Devices that are counted at once; of more, those counted longest are forgotten. */
const MAX_DEVICES = 10_000;

export class TakeOvers {
  /** The last take-overs of a device, the newest last; who was taken over last stands last. */
  private readonly recent = new Map<string, number[]>();

  /** A session was taken over while it was alive. True when that was more than 5 times in 10 minutes; the count begins anew then. */
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
