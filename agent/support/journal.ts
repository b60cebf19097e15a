/** What happened, in order; tests wait for the next thing that fits instead of sleeping. */
export class Journal<T> {
  readonly all: T[] = [];
  #waiting: (() => void)[] = [];

  add(entry: T): void {
    this.all.push(entry);
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const wake of waiting) wake();
  }

  /** The first entry at or after `from` that fits, now or later. Fails after `timeoutMs`. */
  async until(fits: (entry: T) => boolean, from = 0, timeoutMs = 300_000): Promise<T> {
    const endsMs = performance.now() + timeoutMs;
    for (;;) {
      const found = this.all.slice(from).find(fits);
      if (found !== undefined) return found;
      const restMs = endsMs - performance.now();
      if (restMs <= 0) throw new Error(`never happened; seen: ${JSON.stringify(this.all).slice(-3000)}`);
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, restMs);
        this.#waiting.push(() => {
          clearTimeout(timer);
          resolve();
        });
      });
    }
  }
}
