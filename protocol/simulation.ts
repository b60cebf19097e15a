/** Messages between `rollcall simulate` and the worker processes that run its boards (both are of the same version). */
import * as z from 'zod';

const count = z.int().min(0);

const start = z.object({
  do: z.literal('start'),
  /** The service's HTTP address. */
  url: z.string(),
  domain: z.string(),
  pairingCode: z.string().optional(),
  /** Seeds of the simulated boards, without `simulated:`. */
  boards: z.array(z.string()),
  /** This many of them, from the first, exist twice: two displays with one identity and one key. */
  clones: count,
  /** The boards start one after another, spread over this many milliseconds. */
  rampMs: count,
  /** How long a board keeps asking, in milliseconds. */
  budgetMs: count,
});

/** To a worker: start; cut every connection at once; say goodbye and exit. */
export const simulationOrder = z.discriminatedUnion('do', [
  start,
  z.object({ do: z.literal('cut') }),
  z.object({ do: z.literal('stop') }),
]);

const tally = z.object({
  accepted: count,
  pending: count,
  rejected: count,
  /** Without an answer within the budget. */
  unanswered: count,
  /** Boards whose first heartbeat was acknowledged. */
  heard: count,
  /** Boards reconnected since the last cut. */
  back: count,
  heartbeats: count,
});

/** From a worker: its progress, several times a second; at the end its measurements; or why it cannot start. */
export const simulationReport = z.discriminatedUnion('say', [
  z.object({ say: z.literal('tally'), tally }),
  z.object({
    say: z.literal('end'),
    tally,
    /** From a board's first attempt to its answer. */
    enrolMs: z.array(z.number()),
    /** From a cut until a board has reconnected. */
    backMs: z.array(z.number()),
    /** Why boards were rejected or got no answer: counts by code. */
    reasons: z.record(z.string(), count),
  }),
  z.object({ say: z.literal('refused'), code: z.string(), detail: z.string() }),
]);

export type SimulationStart = z.output<typeof start>;
export type SimulationOrder = z.output<typeof simulationOrder>;
export type SimulationTally = z.output<typeof tally>;
export type SimulationReport = z.output<typeof simulationReport>;
