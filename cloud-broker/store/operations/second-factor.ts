import { userMails } from '../../domains/user-mails.ts';
import { putMail } from '../outbox-rows.ts';
import { RollcallError } from '../../../protocol/errors.ts';
import { codeWaitMs, FREE_CODES, type CodeTries } from '../../domains/code-tries.ts';
import { userById } from '../account-rows.ts';
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

/** Who typed a code, and where. */
interface CodeTyped {
  now: number;
  userId: string;
  domainId: number;
  /** `name@domain`. */
  actor: string;
  address: string;
}

/** What became of a code: stored in any case, so it is an answer and no refusal, which would take the count back. */
export type CodeVerdict = 'right' | 'wrong' | { retryAfterS: number };

/**
 * D6: judges one code after the other, so that of many at the same moment no more than the rule allows are judged. Wrong ones count by
 * user, whatever address they come from: only who knows the password gets here. `take` uses the code up, where it is right.
 */
function judge(context: WriteContext, typed: CodeTyped, take: () => boolean): CodeVerdict {
  const { sql } = context;
  const { now, userId } = typed;
  const tries = sql.get<CodeTries>('SELECT wrong, last_at AS lastAt FROM second_factor_tries WHERE user_id = ?', userId);
  const waitMs = tries === null ? 0 : codeWaitMs(tries, now);
  if (waitMs > 0) return { retryAfterS: Math.ceil(waitMs / 1000) };
  if (take()) {
    sql.run('DELETE FROM second_factor_tries WHERE user_id = ?', userId);
    return 'right';
  }
  const wrong = (tries?.wrong ?? 0) + 1;
  sql.run(
    `INSERT INTO second_factor_tries (user_id, wrong, last_at) VALUES (?1, ?2, ?3)
     ON CONFLICT (user_id) DO UPDATE SET wrong = ?2, last_at = ?3`,
    userId,
    wrong,
    now,
  );
  if (wrong % FREE_CODES === 0) tellOfWrongCodes(context, typed, wrong);
  return 'wrong';
}

/** Somebody knows the password: the user should know, and so should who reads the audit log. */
function tellOfWrongCodes(context: WriteContext, { now, userId, domainId, actor, address }: CodeTyped, codes: number): void {
  context.audit({ domainId, at: now, actor, address, action: 'user.second-factor-wrong', subject: actor, details: { codes } });
  const user = userById(context.sql, userId);
  if (user === null) return;
  const { email: recipient, language } = user;
  putMail(context, userMails.wrongCodes, { domainId, recipient, language, data: { user: actor, codes }, secret: null }, now);
}

/**
 * D6: from now on it is asked for; the other sessions end. `step` is that of the code typed for `sealedSecret`, null where it is none's.
 * Refuses with `conflict` where another one was offered meanwhile.
 */
export function confirmSecondFactor(
  context: WriteContext,
  input: OwnChange & { sealedSecret: Uint8Array; step: number | null },
): CodeVerdict {
  const { now, userId, sealedSecret, step } = input;
  return judge(context, input, () => {
    if (step === null) return false;
    const changed = context.sql.run(
      'UPDATE second_factors SET confirmed_at = ?, last_step = ? WHERE user_id = ? AND secret = ? AND confirmed_at IS NULL',
      now,
      step,
      userId,
      sealedSecret,
    );
    if (changed === 0) throw new RollcallError('conflict', { reason: 'second-factor-changed' });
    recordOwnChange(context, input, 'user.second-factor-on');
    return true;
  });
}

/**
 * D6: takes a code of the app, by its `step`, or a recovery code, by its `hash`; each is good once. Both are null where what was typed
 * can be neither.
 */
export function takeSecondFactor(
  context: WriteContext,
  input: CodeTyped & { step: number | null; hash: string | null },
): CodeVerdict {
  const { sql } = context;
  const { userId, step, hash, domainId, now: at, actor, address } = input;
  return judge(context, input, () => {
    if (step !== null) {
      const used = 'UPDATE second_factors SET last_step = ?1 WHERE user_id = ?2 AND last_step < ?1 AND confirmed_at IS NOT NULL';
      return sql.run(used, step, userId) > 0;
    }
    if (hash === null || secondFactorOf(sql, userId)?.isOn !== true) return false;
    if (sql.run('DELETE FROM recovery_codes WHERE user_id = ? AND hash = ?', userId, hash) === 0) return false;
    context.audit({ domainId, at, actor, address, action: 'user.recovery-code-used', subject: actor });
    return true;
  });
}

/** D6: asked for no more; the other sessions end. Where none is on nothing happens. */
export function endSecondFactor(context: WriteContext, input: OwnChange): void {
  const wasOn = secondFactorOf(context.sql, input.userId)?.isOn === true;
  context.sql.run('DELETE FROM second_factors WHERE user_id = ?', input.userId);
  if (wasOn) recordOwnChange(context, input, 'user.second-factor-off');
}
