/** P8: the states of a command, and their timing. */
import type { CommandState, RefusalReason } from '../../protocol/api-commands.ts';

export const COMMAND_LIFE_MS = 24 * 3_600_000;
/** Maximum open commands per device. */
export const MAX_OPEN = 20;
/** A command not answered for this long makes way for the next one; it is sent again in the device's next session. */
export const ANSWER_MS = 60_000;
export const COMMANDS_KEPT_MS = 90 * 24 * 3_600_000;

export interface CommandTimes {
  /** Milliseconds since 1970. */
  expiresAt: number;
  sentAt: number | null;
  deliveredAt: number | null;
  outcome: 'done' | 'failed' | 'expired' | null;
}

/** A command's state at `now`: when its time is over it has expired, whether or not the job that records it has run. */
export function stateOf({ expiresAt, sentAt, deliveredAt, outcome }: CommandTimes, now: number): CommandState {
  if (outcome !== null) return outcome;
  if (expiresAt <= now) return 'expired';
  if (deliveredAt !== null) return 'delivered';
  return sentAt === null ? 'waiting' : 'sent';
}

export interface OpenCommand {
  n: number;
  id: string;
  name: string;
  /** JSON object in canonical form. */
  args: string;
  sentAt: number | null;
}

export type Admission = { verdict: 'new' } | { verdict: 'joined'; n: number } | { verdict: 'refused'; reason: RefusalReason };

/**
 * Decides on one more request, given the device's open commands, oldest first. It joins one waiting for the same, but not past another of its name,
 * because of two `set-tags` the later one counts.
 */
export function admit(wish: { name: string; args: string }, open: readonly OpenCommand[]): Admission {
  const last = open.findLast(({ name }) => name === wish.name);
  if (last?.args === wish.args && last.sentAt === null) return { verdict: 'joined', n: last.n };
  return open.length >= MAX_OPEN ? { verdict: 'refused', reason: 'too-many-waiting' } : { verdict: 'new' };
}
