/** When something is checked next; null: not planned. Written by the TimerWheel only. */
export interface Planned {
  plannedS: number | null;
}

/**
 * What is to be checked when, by the second. A postponed item stays where it is until its first check, so that a heartbeat, which postpones its
 * device, costs nothing here; and a sweep costs only what is due, not everything.
 */
export class TimerWheel<Item extends Planned> {
  private readonly bySecond = new Map<number, Set<Item>>();

  /** Plans a check by `at` (milliseconds since 1970); an earlier planned check stays. */
  plan(item: Item, at: number): void {
    const second = Math.floor(at / 1000);
    if (item.plannedS !== null && item.plannedS <= second) return;
    this.forget(item);
    item.plannedS = second;
    const others = this.bySecond.get(second);
    if (others === undefined) this.bySecond.set(second, new Set([item]));
    else others.add(item);
  }

  forget(item: Item): void {
    if (item.plannedS === null) return;
    const others = this.bySecond.get(item.plannedS);
    others?.delete(item);
    if (others?.size === 0) this.bySecond.delete(item.plannedS);
    item.plannedS = null;
  }

  /** Everything that is due; it is no longer planned. */
  takeDue(now: number): Item[] {
    const due: Item[] = [];
    for (const [second, items] of this.bySecond) {
      if (second * 1000 > now) continue;
      this.bySecond.delete(second);
      for (const item of items) {
        item.plannedS = null;
        due.push(item);
      }
    }
    return due;
  }
}
