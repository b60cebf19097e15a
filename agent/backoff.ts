import { doubledMs, jitteredMs, type Backoff } from '../protocol/backoff.ts';

/** After a link has been good for this long, the next loss starts again with short waits; before that, the waits keep growing. */
export const STABLE_LINK_MS = 60_000;

const RECONNECT: Backoff = { firstMs: 1000, longestMs: 120_000 };
/** From zero to the full wait. */
const FULL_JITTER = [0, 1] as const;

/**
 * How long to wait before attempt `attempt` (0 = the first retry), in milliseconds. Full jitter, so that a school recovering from a power cut does
 * not come back all at once. `random` is from 0 to below 1.
 */
export function backoffMs(attempt: number, random: number, backoff = RECONNECT): number {
  return jitteredMs(doubledMs(backoff, attempt), FULL_JITTER, random);
}

/**
 * How long to wait before reconnecting after a link is lost, in milliseconds. The window is at least the jitter that the service asked for: the
 * service knows how long it needs to admit the whole herd (P4).
 */
export function reconnectMs(attempt: number, jitterS: number, random: number): number {
  return jitteredMs(Math.max(doubledMs(RECONNECT, attempt), jitterS * 1000), FULL_JITTER, random);
}

/** The attempt number after a link that lasted `linkedMs`: back to the first only if the link was stable. */
export function attemptAfter(attempt: number, linkedMs: number): number {
  return linkedMs >= STABLE_LINK_MS ? 0 : attempt;
}

/** A wait that the service asked for, lengthened by up to a fifth, so that a herd does not come back within one second (P4). */
export function spreadMs(retryAfterS: number, random: number): number {
  return jitteredMs(retryAfterS * 1000, [1, 1.2], random);
}
