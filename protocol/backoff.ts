/** Retry delays of agent, service and console. Pure: `random` is from 0 to 1. */

/** The first delay, doubled with each further failure up to the longest. */
export interface Backoff {
  firstMs: number;
  longestMs: number;
}

export function doubledMs({ firstMs, longestMs }: Backoff, doublings: number): number {
  return Math.min(longestMs, firstMs * 2 ** Math.max(0, doublings));
}

/** Spreads a delay from `least` to `most` times its length, so that clients that failed together do not return together. */
export function jitteredMs(ms: number, [least, most]: readonly [least: number, most: number], random: number): number {
  return Math.round(ms * (least + (most - least) * random));
}
