/** How long agent, service and console wait before they try something again. Pure: `random` is from 0 to 1. */

/** The first wait, doubled with each further failure up to the longest. */
export interface Backoff {
  firstMs: number;
  longestMs: number;
}

export function doubledMs({ firstMs, longestMs }: Backoff, doublings: number): number {
  return Math.min(longestMs, firstMs * 2 ** Math.max(0, doublings));
}

/** Spreads a wait from `least` to `most` times its length, so that those who failed together do not come back together. */
export function jitteredMs(ms: number, [least, most]: readonly [least: number, most: number], random: number): number {
  return Math.round(ms * (least + (most - least) * random));
}
