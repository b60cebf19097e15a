/**
 * Runs tasks, at most `atOnce` at a time. Tasks at the back start only when none wait at the front: an address over its budget waits behind the
 * others but is not locked out (E10).
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

  /** Tasks that have not started. */
  get waiting(): number {
    return this.front.length + this.back.length;
  }

  /** Whether a new task that cannot start at once would be refused. At the front, only other front tasks cause that. */
  isFull(rank: 'front' | 'back'): boolean {
    return this.waiting >= this.mostWaiting && (rank === 'back' || this.back.length === 0);
  }

  /**
   * Resolves with true when the task may start; then `leave` must be called once. False when too many wait: at once or, at the back, also later, when
   * its place goes to a task at the front.
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
