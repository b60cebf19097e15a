import type { Sql } from '../sql.ts';

export interface SecondFactorRow {
  /** Sealed under the master key. */
  secret: Uint8Array;
  isOn: boolean;
  /** Step of the last code that was taken. */
  lastStep: number;
}

/** A user's second factor, on or still to be confirmed; null without one. */
export function secondFactorOf(sql: Sql, userId: string): SecondFactorRow | null {
  const row = sql.get<{ secret: Uint8Array; confirmedAt: number | null; lastStep: number }>(
    'SELECT secret, confirmed_at AS confirmedAt, last_step AS lastStep FROM second_factors WHERE user_id = ?',
    userId,
  );
  return row === null ? null : { secret: row.secret, isOn: row.confirmedAt !== null, lastStep: row.lastStep };
}

/** D6: whether signing in asks this user for a second factor. */
export function hasSecondFactor(sql: Sql, userId: string): boolean {
  return secondFactorOf(sql, userId)?.isOn === true;
}
