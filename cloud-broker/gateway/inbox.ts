/** One message of a session. */
export interface Task {
  /** Begins what is to be done; resolves to what follows (the acknowledgement), which comes when all before it has followed. */
  handle(): Promise<() => void>;
  /** It may begin while those before it are still going on, where these allow it too. */
  together: boolean;
}

/**
 * One session's messages: begun and acknowledged in the order in which they came, one after the other but for those that may go
 * together. It takes what it is given: whoever fills it asks `isFull` and stops.
 */
export class Inbox {
  private readonly most: number;
  private readonly waiting: Task[] = [];
  private running = 0;
  /** Whether all that is running may go together. */
  private together = false;
  /** Resolves when the newest that is running is through. */
  private newest: Promise<void> = Promise.resolve();
  /** `closing`: it takes nothing more, and `last` begins behind everything that it has. */
  private state: { name: 'open' } | { name: 'closing'; last: () => Promise<void> } | { name: 'closed' } = { name: 'open' };
  private full = false;
  private readonly onFailure: (error: unknown) => void;
  private readonly onHandled: () => void;
  /** Resolves when the last task is through. */
  readonly finished: Promise<void>;
  private resolveFinished: () => void = () => undefined;

  /** `onHandled` is called behind each message, failed or not. */
  constructor(most: number, onFailure: (error: unknown) => void, onHandled: () => void) {
    this.most = most;
    this.onFailure = onFailure;
    this.onHandled = onHandled;
    this.finished = new Promise((resolve) => {
      this.resolveFinished = resolve;
    });
  }

  /** Something is being handled; what was given to `finish` does not count. */
  get isBusy(): boolean {
    return this.running > 0;
  }

  /** From `most` unhandled messages on, until only half as many are left. */
  get isFull(): boolean {
    const unhandled = this.waiting.length + this.running;
    this.full = unhandled >= (this.full ? Math.ceil((this.most + 1) / 2) : this.most);
    return this.full;
  }

  /** After `finish` nothing is taken. */
  push(task: Task): void {
    if (this.state.name !== 'open') return;
    this.waiting.push(task);
    this.next();
  }

  /** Forgets what waits; what runs goes on. */
  drop(): void {
    this.waiting.length = 0;
  }

  /** `task` runs behind all that waits, and is the last. */
  finish(task: () => Promise<void>): void {
    if (this.state.name !== 'open') return;
    this.state = { name: 'closing', last: task };
    this.next();
  }

  private next(): void {
    for (;;) {
      const [task] = this.waiting;
      if (task === undefined) break;
      if (this.running > 0 && !(this.together && task.together)) return;
      this.waiting.shift();
      this.running += 1;
      this.together = task.together;
      this.newest = this.attempt(task, this.newest);
    }
    if (this.running > 0 || this.state.name !== 'closing') return;
    const { last } = this.state;
    this.state = { name: 'closed' };
    void this.end(last);
  }

  private async attempt(task: Task, before: Promise<void>): Promise<void> {
    try {
      const follow = await task.handle();
      await before;
      follow();
    } catch (error) {
      await before;
      this.onFailure(error);
    }
    this.running -= 1;
    this.onHandled();
    this.next();
  }

  private async end(task: () => Promise<void>): Promise<void> {
    try {
      await task();
    } catch (error) {
      this.onFailure(error);
    }
    this.resolveFinished();
  }
}
