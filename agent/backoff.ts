import { doubledMs, jitteredMs, type Backoff } from '../protocol/backoff.ts';

/** After a link stayed good this long the next loss begins with short waits again; before, waiting goes on growing. */
export const STABLE_LINK_MS = 60_000;

const RECONNECT: Backoff = { firstMs: 1000, longestMs: 120_000 };
/** Any part of the wait. */
const FULL_JITTER = [0, 1] as const;

/**
 * How long to wait before try `attempt` (0 = the first again), in milliseconds: full jitter, so that a school that lost
 * its power does not come back all at once. `random` is 0 to below 1.
 */
export function backoffMs(attempt: number, random: number, backoff = RECONNECT): number {
  return jitteredMs(doubledMs(backoff, attempt), FULL_JITTER, random);
}

/**
 * How long to wait before the service is tried again after a link was lost, in milliseconds. The window is at least the jitter that the service
 * asked for: it knows how long it takes to let all of the herd in (P4).
 */
export function reconnectMs(attempt: number, jitterS: number, random: number): number {
  return jitteredMs(Math.max(doubledMs(RECONNECT, attempt), jitterS * 1000), FULL_JITTER, random);
}

/** The attempt that follows a link of `linkedMs`: the first again only if it had been stable. */
export function attemptAfter(attempt: number, linkedMs: number): number {
  return linkedMs >= STABLE_LINK_MS ? 0 : attempt;
}

/** A wait that the service asked for, spread by up to a fifth upwards, so that a herd does not come back in one second (P4). */
export function spreadMs(retryAfterS: number, random: number): number {
  return jitteredMs(retryAfterS * 1000, [1, 1.2], random);
}
