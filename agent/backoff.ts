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
  return Math.floor(backoffWindowMs(attempt, limits) * random);
}

function backoffWindowMs(attempt: number, { baseMs, capMs }: BackoffLimits): number {
  const exponent = Math.min(30, Math.max(0, Math.trunc(attempt)));
  return Math.min(capMs, baseMs * 2 ** exponent);
}

/**
 * How long to wait before the service is tried again after a link was lost, in milliseconds. The window is at least the jitter that the service
 * asked for: it knows how long it takes to let all of the herd in (P4).
 */
export function reconnectMs(attempt: number, jitterS: number, random: number): number {
  return Math.floor(Math.max(backoffWindowMs(attempt, RECONNECT), jitterS * 1000) * random);
}

/** The attempt that follows a link of `linkedMs`: the first again only if it had been stable. */
export function attemptAfter(attempt: number, linkedMs: number): number {
  return linkedMs >= STABLE_LINK_MS ? 0 : attempt;
}

/** A wait that the service asked for, spread by up to a fifth upwards, so that a herd does not come back in one second (P4). */
export function spreadMs(retryAfterS: number, random: number): number {
  return Math.floor(retryAfterS * 1000 * (1 + random / 5));
}
