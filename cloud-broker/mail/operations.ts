import type { WriteContext } from '../store/commit.ts';

const DAY_MS = 86_400_000;
/** How long the record of what was sent to whom is kept. */
const KEPT_MS = 90 * DAY_MS;

/** The mail was sent: its secret is erased. Changes nothing if repeated, or if a newer mail has replaced this one. */
export function mailSent(context: WriteContext, input: { id: number; now: number }): void {
  context.tx.send(
    `UPDATE outbox SET sent_at = ?, secret = NULL, failure = NULL, tries = tries + 1
     WHERE id = ? AND sent_at IS NULL AND given_up_at IS NULL`,
    input.now,
    input.id,
  );
}

/** An attempt failed. `nextTryAt` null: there is no further attempt, and the secret is erased. `failure`: codes without an address. */
export function mailFailed(
  context: WriteContext,
  input: { id: number; now: number; nextTryAt: number | null; failure: string },
): void {
  const { id, now, nextTryAt, failure } = input;
  const waiting = 'WHERE id = ? AND sent_at IS NULL AND given_up_at IS NULL';
  if (nextTryAt === null) {
    context.tx.send(
      `UPDATE outbox SET given_up_at = ?, secret = NULL, failure = ?, tries = tries + 1 ${waiting}`,
      now,
      failure,
      id,
    );
  } else {
    context.tx.send(`UPDATE outbox SET next_try_at = ?, failure = ?, tries = tries + 1 ${waiting}`, nextTryAt, failure, id);
  }
}

/** Deletes mails that ended 90 days ago. */
export function pruneOutbox(context: WriteContext, input: { now: number }): void {
  context.tx.send(
    'DELETE FROM outbox WHERE (sent_at IS NOT NULL OR given_up_at IS NOT NULL) AND coalesce(sent_at, given_up_at) < ?',
    input.now - KEPT_MS,
  );
}
