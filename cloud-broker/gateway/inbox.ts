/** One message of a session. */
export interface Task {
  /** Starts the work; resolves to what follows it (the acknowledgement), which runs after everything before it has followed. */
  handle(): Promise<() => void>;
  /** It may start while those before it are still running, if these allow it too. */
  together: boolean;
}

/**
 * One session's messages: started and acknowledged in order of arrival, one at a time except for those that may run together. It accepts whatever it
 * is given: the caller checks `isFull` and stops.
 */
export class Inbox {
  private readonly most: number;
  private readonly waiting: Task[] = [];
  private running = 0;
  /** Whether everything running may run together. */
  private together = false;
  /** Resolves when the newest running task is done. */
  private newest: Promise<void> = Promise.resolve();
  /** `closing`: it accepts nothing more, and `last` starts after everything it holds. */
  private state: { name: 'open' } | { name: 'closing'; last: () => Promise<void> } | { name: 'closed' } = { name: 'open' };
  private full = false;
  private readonly onFailure: (error: unknown) => void;
  private readonly onHandled: () => void;
  /** Resolves when the last task is done. */
  readonly finished: Promise<void>;
  private resolveFinished: () => void = () => undefined;

  /** `onHandled` is called after each message, failed or not. */
  constructor(most: number, onFailure: (error: unknown) => void, onHandled: () => void) {
    this.most = most;
    this.onFailure = onFailure;
    this.onHandled = onHandled;
    this.finished = new Promise((resolve) => {
      this.resolveFinished = resolve;
    });
  }

  /** Something is being handled; the task given to `finish` does not count. */
  get isBusy(): boolean {
    return this.running > 0;
  }

  /** True from `most` unhandled messages until only half as many are left. */
  get isFull(): boolean {
    const unhandled = this.waiting.length + this.running;
    this.full = unhandled >= (this.full ? Math.ceil((this.most + 1) / 2) : this.most);
    return this.full;
  }

  /** After `finish`, nothing is accepted. */
  push(task: Task): void {
    if (this.state.name !== 'open') return;
    this.waiting.push(task);
    this.next();
  }

  /** Discards what is waiting, not what is running. */
  drop(): void {
    this.waiting.length = 0;
  }

  /** `task` runs after everything waiting, and is the last. */
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
