/** When something is looked at again; null: it is not planned. Kept by the TimerWheel alone. */
export interface Planned {
  plannedS: number | null;
}

/**
 * Who is to be looked at when, by the second. What is put off stays where it is until its first look, so that a heartbeat, which
 * puts its device off, costs nothing here; and a look around costs who is due, not everybody.
 */
export class TimerWheel<Item extends Planned> {
  private readonly bySecond = new Map<number, Set<Item>>();

  /** It is looked at by `at` (milliseconds since 1970); an earlier look that is planned stays. */
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

  /** Everything whose second has come; it is planned no more. */
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
