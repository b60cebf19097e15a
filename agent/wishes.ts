/** Something to be done when nothing else is under way. Never rejects. */
export type Job = () => Promise<void>;

/** What a person asks of a running agent: one thing at a time, and whatever it does meanwhile makes way for it. */
export class Wishes<T> {
  #wished: T | null = null;
  #woken: (() => void) | null = null;

  /** False while another one waits: then nothing is taken. */
  put(wish: T): boolean {
    if (this.#wished !== null) return false;
    this.#wished = wish;
    this.#woken?.();
    return true;
  }

  /** Resolves when something is wished, or null when `signal` is aborted. */
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

/** Runs `work` to its end, which a wish or `signal` bring about by aborting it; the wish is then for the caller. */
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
