/** How long heartbeats are gathered before a flush; with the commit this stays well under P5's 250 ms. */
const GATHER_MS = 50;
/** So many that wait are worth a commit at once: under load the next ones come in while these are stored. */
const GATHER_WAITING = 500;
/** Who waited is told in turns of so many, so that hundreds of acknowledgements do not hold up everything else. */
const TOLD_A_TURN = 32;

/** Gathers what is to be stored into one flush after the other, so that many share a commit. */
export class FlushBatcher {
  private readonly flush: () => Promise<void>;
  private current: Promise<void> | null = null;
  private previous: Promise<void> = Promise.resolve();
  private waiting = 0;
  /** Of the flush that gathers: what its waiters wait for, turn by turn. */
  private turns: Promise<void>[] = [];
  private enough: () => void = () => undefined;

  /** `flush` stores all that there is when it is called. One runs at a time. */
  constructor(flush: () => Promise<void>) {
    this.flush = flush;
  }

  /** There is something to store. Who does not wait for it need not catch either. */
  begin(): Promise<void> {
    if (this.current === null) {
      this.waiting = 0;
      this.turns = [];
      this.current = this.run(this.previous);
      this.previous = this.current.catch(() => undefined);
    }
    return this.current;
  }

  /** Resolves when all that there is now is stored: by the flush that still gathers, never by one that has begun. */
  wait(): Promise<void> {
    const flush = this.begin();
    const turn = Math.floor(this.waiting / TOLD_A_TURN);
    this.waiting += 1;
    if (this.waiting === GATHER_WAITING) this.enough();
    const before = this.turns[turn - 1];
    const told = this.turns[turn] ?? (before === undefined ? flush : before.then(nextTurn));
    this.turns[turn] = told;
    return told;
  }

  /** Resolves when the last flush that was begun is through, stored or not. */
  async settled(): Promise<void> {
    await this.previous;
  }

  private async run(previous: Promise<void>): Promise<void> {
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, GATHER_MS);
      this.enough = () => {
        clearTimeout(timer);
        resolve();
      };
    });
    await previous;
    this.current = null;
    await this.flush();
  }
}

async function nextTurn(): Promise<void> {
  await new Promise<void>((resolve) => {
    setImmediate(resolve);
  });
}
