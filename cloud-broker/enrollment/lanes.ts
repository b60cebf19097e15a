/**
 * Runs tasks, at most `atOnce` at a time. Those of the back lane begin only when nobody waits in the front one: an address
 * that spent its budget waits behind the others but is not shut out (E10).
 */
export class Lanes {
  private readonly atOnce: number;
  private readonly mostWaiting: number;
  private readonly front: (() => void)[] = [];
  private readonly back: (() => void)[] = [];
  private running = 0;

  constructor(atOnce: number, mostWaiting: number) {
    this.atOnce = atOnce;
    this.mostWaiting = mostWaiting;
  }

  /** Tasks that have not begun. */
  get waiting(): number {
    return this.front.length + this.back.length;
  }

  /** Resolves when the task may begin, false when too many wait already. After true, `leave` must be called once. */
  async enter(lane: 'front' | 'back'): Promise<boolean> {
    if (this.running < this.atOnce) {
      this.running += 1;
      return true;
    }
    if (this.waiting >= this.mostWaiting) return false;
    await new Promise<void>((begin) => {
      this[lane].push(begin);
    });
    return true;
  }

  leave(): void {
    const next = this.front.shift() ?? this.back.shift();
    if (next === undefined) this.running -= 1;
    else next();
  }
}
