const WINDOW_MS = 10_000;
const MAX_KEPT = 10_000;
/** Assumed until something is measured. */
const FIRST_GUESS_PER_S = 20;

/** Counts recently answered attempts: the measured rate by which `busy` spreads waiting boards (E10). */
export class ThroughputMeter {
  private answeredAt: number[] = [];

  note(now: number): void {
    this.answeredAt.push(now);
    if (this.answeredAt.length > MAX_KEPT) this.answeredAt.splice(0, MAX_KEPT / 2);
  }

  /** Answers per second over the last 10 s, at least 1. */
  perSecond(now: number): number {
    const { answeredAt } = this;
    const firstWithin = answeredAt.findIndex((at) => at >= now - WINDOW_MS);
    answeredAt.splice(0, firstWithin === -1 ? answeredAt.length : firstWithin);
    return answeredAt.length === 0 ? FIRST_GUESS_PER_S : Math.max(1, answeredAt.length / (WINDOW_MS / 1000));
  }
}
