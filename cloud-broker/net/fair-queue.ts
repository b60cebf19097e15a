import { NetworkTree } from './network-tree.ts';

interface Waiting {
  begin(begins: boolean): void;
}

/**
 * Runs tasks, at most `atOnce` at a time; the others wait, each network in its turn (E10), so that a flood from one network delays only itself.
 * Beyond `mostWaiting`, the network holding most gives up a place.
 */
export class FairQueue {
  private readonly atOnce: number;
  private readonly mostWaiting: number;
  private readonly queue = new NetworkTree<Waiting>();
  private running = 0;

  constructor(atOnce: number, mostWaiting: number) {
    this.atOnce = atOnce;
    this.mostWaiting = mostWaiting;
  }

  /** Resolves to true when the task may start; `leave` must then be called once. Resolves to false if it lost its place. */
  async enter(address: string): Promise<boolean> {
    if (this.running < this.atOnce) {
      this.running += 1;
      return true;
    }
    return new Promise<boolean>((begin) => {
      this.queue.add({ begin }, address);
      if (this.queue.size > this.mostWaiting) this.take(this.queue.quietestOfFullest(), false);
    });
  }

  leave(): void {
    if (!this.take(this.queue.nextInTurn(), true)) this.running -= 1;
  }

  private take(next: Waiting | undefined, begins: boolean): boolean {
    if (next === undefined) return false;
    this.queue.remove(next);
    next.begin(begins);
    return true;
  }
}
