/**
 * Runs tasks, at most `atOnce` at a time. Those of the back lane begin only when nobody waits in the front one: an address
 * that spent its budget waits behind the others but is not shut out (E10).
 */
export class Lanes {
  private readonly atOnce: number;
  private readonly mostWaiting: number;
  private readonly front: ((begins: boolean) => void)[] = [];
  private readonly back: ((begins: boolean) => void)[] = [];
  private running = 0;

  constructor(atOnce: number, mostWaiting: number) {
    this.atOnce = atOnce;
    this.mostWaiting = mostWaiting;
  }

  /** Tasks that have not begun. */
  get waiting(): number {
    return this.front.length + this.back.length;
  }

  /** Whether a task that came now would be turned away, if it could not begin at once. Of the front lane only by others of it. */
  isFull(lane: 'front' | 'back'): boolean {
    return this.waiting >= this.mostWaiting && (lane === 'back' || this.back.length === 0);
  }

  /**
   * Resolves with true when the task may begin; then `leave` must be called once. False when too many wait: at once, or
   * in the back lane also later, when its place goes to one of the front lane.
   */
  async enter(lane: 'front' | 'back'): Promise<boolean> {
    if (this.running < this.atOnce) {
      this.running += 1;
      return true;
    }
    if (this.isFull(lane)) return false;
    if (this.waiting >= this.mostWaiting) this.back.pop()?.(false);
    return new Promise<boolean>((answer) => {
      this[lane].push(answer);
    });
  }

  leave(): void {
    const next = this.front.shift() ?? this.back.shift();
    if (next === undefined) this.running -= 1;
    else next(true);
  }
}
