import type { Reads } from '../../store/tx.ts';

export interface SecondFactorRow {
  /** Sealed under the master key. */
  secret: Uint8Array;
  isOn: boolean;
  /** Step of the last code accepted. */
  lastStep: number;
}

/** A user's second factor, on or not yet confirmed; null if none. */
export async function secondFactorOf(tx: Reads, userId: string): Promise<SecondFactorRow | null> {
  const row = await tx.get<{ secret: Uint8Array; confirmedAt: number | null; lastStep: number }>(
    'SELECT secret, confirmed_at AS confirmedAt, last_step AS lastStep FROM second_factors WHERE user_id = ?',
    userId,
  );
  return row === null ? null : { secret: row.secret, isOn: row.confirmedAt !== null, lastStep: row.lastStep };
}

/** D6: whether sign-in requires a second factor from this user. */
export async function hasSecondFactor(tx: Reads, userId: string): Promise<boolean> {
  return (await secondFactorOf(tx, userId))?.isOn === true;
}
