import type { Timer } from '../../cloud-broker/service/jobs.ts';

/** Time that passes only when a test says so. */
export class ManualTimer {
  now = 0;
  private readonly planned = new Set<{ at: number; run: () => void }>();

  readonly timer: Timer = (ms, run) => {
    const plan = { at: this.now + ms, run };
    this.planned.add(plan);
    return () => this.planned.delete(plan);
  };

  /** Lets `ms` pass, and what is due meanwhile run in its order; before each next one what has ended settles. */
  async pass(ms: number): Promise<void> {
    const until = this.now + ms;
    for (;;) {
      await settled();
      const [next] = [...this.planned].filter(({ at }) => at <= until).toSorted((a, b) => a.at - b.at);
      if (next === undefined) break;
      this.planned.delete(next);
      this.now = Math.max(this.now, next.at);
      next.run();
    }
    this.now = until;
  }
}

/** What was resolved so far has been acted upon. */
const settled = async (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
