import type { SimulationTally } from '../../protocol/simulation.ts';
import type { Measured } from './worker-process.ts';

/** The output of `rollcall simulate --json` (protocol.md §2). */
export interface Figures {
  boards: number;
  accepted: number;
  pending: number;
  rejected: number;
  /** Got no answer in all their time, or were stopped before one came. */
  unanswered: number;
  heartbeats: number;
  seconds: number;
  /** From a board's first request to its answer; null if none was answered. */
  enrolP50Ms: number | null;
  enrolP99Ms: number | null;
  clones: number;
  /** How often all connections were cut, and how long the boards took to reconnect; null without a cut. */
  storms: number;
  backP50Ms: number | null;
  backP99Ms: number | null;
  /** Why boards were rejected or not answered: counts by code. */
  reasons: Record<string, number>;
}

/** The value at `share` (0 to 1) of the sorted values, in whole milliseconds; null if there are none. */
function quantileMs(values: readonly number[], share: number): number | null {
  const sorted = values.toSorted((a, b) => a - b);
  const value = sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))];
  return value === undefined ? null : Math.round(value);
}

export function sumOf(tallies: readonly SimulationTally[], name: keyof SimulationTally): number {
  return tallies.reduce((sum, tally) => sum + tally[name], 0);
}

/** Combines the measurements of all workers. */
export function figuresOf(
  measured: readonly Measured[],
  about: { boards: number; clones: number; storms: number; seconds: number },
): Figures {
  const tallies = measured.map(({ tally }) => tally);
  const enrolMs = measured.flatMap((one) => one.enrolMs);
  const backMs = measured.flatMap((one) => one.backMs);
  const reasons: Record<string, number> = {};
  for (const one of measured)
    for (const [code, count] of Object.entries(one.reasons)) reasons[code] = (reasons[code] ?? 0) + count;
  const [accepted, pending, rejected] = (['accepted', 'pending', 'rejected'] as const).map((name) => sumOf(tallies, name));
  return {
    boards: about.boards,
    accepted: accepted ?? 0,
    pending: pending ?? 0,
    rejected: rejected ?? 0,
    unanswered: about.boards - (accepted ?? 0) - (pending ?? 0) - (rejected ?? 0),
    heartbeats: sumOf(tallies, 'heartbeats'),
    seconds: about.seconds,
    enrolP50Ms: quantileMs(enrolMs, 0.5),
    enrolP99Ms: quantileMs(enrolMs, 0.99),
    clones: about.clones,
    storms: about.storms,
    backP50Ms: quantileMs(backMs, 0.5),
    backP99Ms: quantileMs(backMs, 0.99),
    reasons,
  };
}
