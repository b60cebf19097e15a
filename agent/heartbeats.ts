import type { Heartbeat } from '../protocol/messages.ts';

export interface Rhythm {
  intervalS: number;
  jitterS: number;
}

const LEAST_DELAY_MS = 200;

/** The wait before the next heartbeat: interval ± jitter, in milliseconds. `random` is from 0 to below 1. */
export function heartbeatDelayMs({ intervalS, jitterS }: Rhythm, random: number): number {
  return Math.max(LEAST_DELAY_MS, Math.round((intervalS + (2 * random - 1) * jitterS) * 1000));
}

/** Heartbeats that were not received, as a count and a time span (P6). Its size does not grow with the time offline. */
export interface Missed {
  count: number;
  firstMs: number;
  lastMs: number;
}

/** The most heartbeats that are counted; beyond that only the span grows. */
const MAX_COUNTED = 1_000_000;
const LONGEST_S = 10 * 366 * 86_400;

/** Adds one heartbeat missed at `nowMs` of the monotonic clock. */
export function withMissed(missed: Missed | null, nowMs: number): Missed {
  if (missed === null) return { count: 1, firstMs: nowMs, lastMs: nowMs };
  return { count: Math.min(MAX_COUNTED, missed.count + 1), firstMs: missed.firstMs, lastMs: Math.max(missed.lastMs, nowMs) };
}

/** The summary that the next heartbeat carries: how long ago the gap began and ended, and how many were missed (P6). */
export function missedSummary(missed: Missed | null, nowMs: number): Heartbeat['missed'] {
  if (missed === null) return undefined;
  const ago = (thenMs: number) => Math.min(LONGEST_S, Math.max(0, Math.round((nowMs - thenMs) / 100) / 10));
  return { fromAgoS: ago(missed.firstMs), toAgoS: ago(missed.lastMs), count: missed.count };
}
