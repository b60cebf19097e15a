/**
 * Runs tasks, at most `atOnce` at a time. Those at the back begin only when nobody waits at the front: an address
 * that spent its budget waits behind the others but is not shut out (E10).
 */
export class PriorityQueue {
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

  /** Whether a task that came now would be turned away, if it could not begin at once. At the front only by others there. */
  isFull(rank: 'front' | 'back'): boolean {
    return this.waiting >= this.mostWaiting && (rank === 'back' || this.back.length === 0);
  }

  /**
   * Resolves with true when the task may begin; then `leave` must be called once. False when too many wait: at once, or
   * at the back also later, when its place goes to one at the front.
   */
  async enter(rank: 'front' | 'back'): Promise<boolean> {
    if (this.running < this.atOnce) {
      this.running += 1;
      return true;
    }
    if (this.isFull(rank)) return false;
    if (this.waiting >= this.mostWaiting) this.back.pop()?.(false);
    return new Promise<boolean>((answer) => {
      this[rank].push(answer);
    });
  }

  leave(): void {
    const next = this.front.shift() ?? this.back.shift();
    if (next === undefined) this.running -= 1;
    else next(true);
  }
}
