/** How long heartbeats are gathered before a flush; including the commit, this stays well below P5's 250 ms. */
const GATHER_MS = 50;
/** This many waiting heartbeats justify an immediate commit: under load the next ones arrive while these are stored. */
const GATHER_WAITING = 500;
/** Waiters are notified in turns of this size, so that hundreds of acknowledgements do not block other work. */
const TOLD_A_TURN = 32;

/** Gathers what is to be stored into consecutive flushes, so that many share a commit. */
export class FlushBatcher {
  private readonly flush: () => Promise<void>;
  private current: Promise<void> | null = null;
  private previous: Promise<void> = Promise.resolve();
  private waiting = 0;
  /** For the gathering flush: the promises its waiters wait for, by turn. */
  private turns: Promise<void>[] = [];
  private enough: () => void = () => undefined;

  /** `flush` stores everything present when it is called. Only one runs at a time. */
  constructor(flush: () => Promise<void>) {
    this.flush = flush;
  }

  /** Called when there is something to store. A caller that does not wait for it need not catch either. */
  begin(): Promise<void> {
    if (this.current === null) {
      this.waiting = 0;
      this.turns = [];
      this.current = this.run(this.previous);
      this.previous = this.current.catch(() => undefined);
    }
    return this.current;
  }

  /** Resolves when everything present now is stored: by the flush that is still gathering, never by one already running. */
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

  /** Resolves when the last flush begun has finished, stored or not. */
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
