/** A job to run when nothing else is in progress. Never rejects. */
export type Job = () => Promise<void>;

/** A person's requests to a running agent: one at a time, and whatever the agent is doing makes way for them. */
export class Wishes<T> {
  #wished: T | null = null;
  #woken: (() => void) | null = null;

  /** False if another request is waiting; this one is then not taken. */
  put(wish: T): boolean {
    if (this.#wished !== null) return false;
    this.#wished = wish;
    this.#woken?.();
    return true;
  }

  /** Resolves with the next request, or null when `signal` is aborted. */
  async next(signal: AbortSignal): Promise<T | null> {
    if (this.#wished === null && !signal.aborted) {
      await new Promise<void>((resolve) => {
        this.#woken = resolve;
        signal.addEventListener('abort', () => resolve(), { once: true });
      });
      this.#woken = null;
    }
    const wish = this.#wished;
    this.#wished = null;
    return wish;
  }
}

/** Runs `work` until it ends; a request or `signal` ends it by aborting it. The caller then handles the request. */
export async function untilWished<T, E>(
  wishes: Wishes<T>,
  signal: AbortSignal,
  work: (signal: AbortSignal) => Promise<E>,
): Promise<{ wish: T | null; end: E }> {
  const [inner, over] = [new AbortController(), new AbortController()];
  const wished = wishes.next(AbortSignal.any([signal, over.signal])).then((wish) => {
    if (wish !== null) inner.abort();
    return wish;
  });
  try {
    const end = await work(AbortSignal.any([signal, inner.signal]));
    over.abort();
    return { wish: await wished, end };
  } finally {
    over.abort();
  }
}
