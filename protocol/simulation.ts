/** What `rollcall simulate` and the worker processes that hold its boards tell each other (both sides are of one version). */
import * as z from 'zod';

const count = z.int().min(0);

const start = z.object({
  do: z.literal('start'),
  /** The service's HTTP address. */
  url: z.string(),
  domain: z.string(),
  pairingCode: z.string().optional(),
  /** Seeds of simulated boards, without `simulated:`. */
  boards: z.array(z.string()),
  /** So many of them, the first, exist twice: two displays with one identity and one key. */
  clones: count,
  /** The boards begin one after the other, spread over so many milliseconds. */
  rampMs: count,
  /** How long one board goes on asking, in milliseconds. */
  budgetMs: count,
});

/** To a worker: begin; cut every connection at once; say goodbye and end. */
export const simulationOrder = z.discriminatedUnion('do', [
  start,
  z.object({ do: z.literal('cut') }),
  z.object({ do: z.literal('stop') }),
]);

const tally = z.object({
  accepted: count,
  pending: count,
  rejected: count,
  /** No answer within the budget. */
  unanswered: count,
  /** Boards whose first heartbeat was acknowledged. */
  heard: count,
  /** Boards that have connected again since the last cut. */
  back: count,
  heartbeats: count,
});

/** From a worker: how far it is, several times a second; at the end its measurements; or why it cannot begin. */
export const simulationReport = z.discriminatedUnion('say', [
  z.object({ say: z.literal('tally'), tally }),
  z.object({
    say: z.literal('end'),
    tally,
    /** From a board's first try to its answer. */
    enrolMs: z.array(z.number()),
    /** From a cut until a board was connected again. */
    backMs: z.array(z.number()),
    /** Why boards were rejected or got no answer: how many by code. */
    reasons: z.record(z.string(), count),
  }),
  z.object({ say: z.literal('refused'), code: z.string(), detail: z.string() }),
]);

export type SimulationStart = z.output<typeof start>;
export type SimulationOrder = z.output<typeof simulationOrder>;
export type SimulationTally = z.output<typeof tally>;
export type SimulationReport = z.output<typeof simulationReport>;
