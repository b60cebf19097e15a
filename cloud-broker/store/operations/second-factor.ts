import { RollcallError } from '../../../protocol/errors.ts';
import type { WriteContext } from '../context.ts';
import { secondFactorOf } from '../queries/second-factor.ts';
import { recordOwnChange, type OwnChange } from './passwords.ts';

/** D6: keeps a second factor to be confirmed, in place of one that never was. Refuses with `conflict` where one is on. */
export function offerSecondFactor(
  context: WriteContext,
  input: { now: number; userId: string; sealedSecret: Uint8Array; recoveryHashes: readonly string[] },
): void {
  const { sql } = context;
  const { now, userId, sealedSecret, recoveryHashes } = input;
  if (secondFactorOf(sql, userId)?.isOn === true) throw new RollcallError('conflict', { reason: 'second-factor-is-on' });
  sql.run('DELETE FROM second_factors WHERE user_id = ?', userId);
  sql.run('INSERT INTO second_factors (user_id, secret, created_at) VALUES (?, ?, ?)', userId, sealedSecret, now);
  sql.insertRows(
    'recovery_codes (user_id, hash)',
    recoveryHashes.map((hash) => [userId, hash]),
  );
}

/** D6: from now on it is asked for; the other sessions end. `step` is that of the code typed for `sealedSecret`. */
export function confirmSecondFactor(context: WriteContext, input: OwnChange & { sealedSecret: Uint8Array; step: number }): void {
  const changed = context.sql.run(
    'UPDATE second_factors SET confirmed_at = ?, last_step = ? WHERE user_id = ? AND secret = ? AND confirmed_at IS NULL',
    input.now,
    input.step,
    input.userId,
    input.sealedSecret,
  );
  if (changed === 0) throw new RollcallError('conflict', { reason: 'second-factor-changed' });
  recordOwnChange(context, input, 'user.second-factor-on');
}

/** D6: each code is good once. Refuses with `second-factor-wrong`. */
export function takeSecondFactorCode(context: WriteContext, input: { userId: string; step: number }): void {
  const { userId, step } = input;
  const changed = context.sql.run(
    'UPDATE second_factors SET last_step = ? WHERE user_id = ? AND last_step < ? AND confirmed_at IS NOT NULL',
    step,
    userId,
    step,
  );
  if (changed === 0) throw new RollcallError('second-factor-wrong');
}

/** D6: a recovery code in place of a code, good once. Refuses with `second-factor-wrong`. */
export function takeRecoveryCode(
  context: WriteContext,
  input: { now: number; userId: string; hash: string; domainId: number; actor: string; address: string },
): void {
  const { userId, hash, domainId, now: at, actor, address } = input;
  if (secondFactorOf(context.sql, userId)?.isOn !== true) throw new RollcallError('second-factor-wrong');
  if (context.sql.run('DELETE FROM recovery_codes WHERE user_id = ? AND hash = ?', userId, hash) === 0)
    throw new RollcallError('second-factor-wrong');
  context.audit({ domainId, at, actor, address, action: 'user.recovery-code-used', subject: actor });
}

/** D6: asked for no more; the other sessions end. Where none is on nothing happens. */
export function endSecondFactor(context: WriteContext, input: OwnChange): void {
  const wasOn = secondFactorOf(context.sql, input.userId)?.isOn === true;
  context.sql.run('DELETE FROM second_factors WHERE user_id = ?', input.userId);
  if (wasOn) recordOwnChange(context, input, 'user.second-factor-off');
}
