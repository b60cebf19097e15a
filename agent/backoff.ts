/** After a link stayed good this long the next loss begins with short waits again; before, waiting goes on growing. */
export const STABLE_LINK_MS = 60_000;

export interface BackoffLimits {
  baseMs: number;
  capMs: number;
}

const RECONNECT: BackoffLimits = { baseMs: 1000, capMs: 120_000 };

/**
 * How long to wait before try `attempt` (0 = the first again), in milliseconds: full jitter, so that a school that lost
 * its power does not come back all at once. `random` is 0 to below 1.
 */
export function backoffMs(attempt: number, random: number, limits: BackoffLimits = RECONNECT): number {
  const exponent = Math.min(30, Math.max(0, Math.trunc(attempt)));
  return Math.floor(Math.min(limits.capMs, limits.baseMs * 2 ** exponent) * random);
}

/** The attempt that follows a link of `linkedMs`: the first again only if it had been stable. */
export function attemptAfter(attempt: number, linkedMs: number): number {
  return linkedMs >= STABLE_LINK_MS ? 0 : attempt;
}

/** A wait that the service asked for, spread by up to a fifth upwards, so that a herd does not come back in one second (P4). */
export function spreadMs(retryAfterS: number, random: number): number {
  return Math.floor(retryAfterS * 1000 * (1 + random / 5));
}
