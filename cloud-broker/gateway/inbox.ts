type Task = () => Promise<void>;

/** One session's messages, handled strictly one after the other; at most so many wait. */
export class Inbox {
  private readonly most: number;
  private readonly waiting: Task[] = [];
  private last: Task | null = null;
  private running = false;
  private readonly onFailure: (error: unknown) => void;
  /** Resolves when the last task is through. */
  readonly finished: Promise<void>;
  private resolveFinished: () => void = () => undefined;

  constructor(most: number, onFailure: (error: unknown) => void) {
    this.most = most;
    this.onFailure = onFailure;
    this.finished = new Promise((resolve) => {
      this.resolveFinished = resolve;
    });
  }

  /** False: it is full, and the task was not taken. After `finish` nothing is taken. */
  push(task: Task): boolean {
    if (this.last !== null) return true;
    if (this.waiting.length >= this.most) return false;
    this.waiting.push(task);
    if (!this.running) this.next();
    return true;
  }

  /** Forgets what waits; what runs goes on. */
  drop(): void {
    this.waiting.length = 0;
  }

  /** `task` runs behind all that waits, and is the last. */
  finish(task: Task): void {
    if (this.last !== null) return;
    this.last = task;
    if (!this.running) this.next();
  }

  private next(): void {
    const task = this.waiting.shift();
    this.running = task !== undefined || this.last !== null;
    if (task !== undefined) this.attempt(task, () => this.next());
    else if (this.last !== null) this.attempt(this.last, this.resolveFinished);
  }

  private attempt(task: Task, then: () => void): void {
    task().then(then, (error: unknown) => {
      this.onFailure(error);
      then();
    });
  }
}
