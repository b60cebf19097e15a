import { userMails } from '../mails.ts';
import { putMail } from '../../mail/outbox.ts';
import { RollcallError } from '../../../protocol/errors.ts';
import { codeWaitMs, FREE_CODES, type CodeTries } from '../rules/code-tries.ts';
import { userById } from '../rows.ts';
import type { WriteContext } from '../../store/commit.ts';
import { secondFactorOf } from '../queries/second-factor.ts';
import { recordOwnChange } from './passwords.ts';
import type { AskedByUser } from './users.ts';

/** D6: stores a second factor for confirmation, replacing one never confirmed. Refuses with `conflict` if one is on. */
export async function offerSecondFactor(
  context: WriteContext,
  input: { now: number; userId: string; sealedSecret: Uint8Array; recoveryHashes: readonly string[] },
): Promise<void> {
  const { tx } = context;
  const { now, userId, sealedSecret, recoveryHashes } = input;
  if ((await secondFactorOf(tx, userId))?.isOn === true) throw new RollcallError('conflict', { reason: 'second-factor-is-on' });
  tx.send('DELETE FROM second_factors WHERE user_id = ?', userId);
  tx.send('INSERT INTO second_factors (user_id, secret, created_at) VALUES (?, ?, ?)', userId, sealedSecret, now);
  tx.sendRows(
    'recovery_codes (user_id, hash)',
    recoveryHashes.map((hash) => [userId, hash]),
  );
}

/** Who typed a code, and from where. */
interface CodeTyped {
  now: number;
  userId: string;
  domainId: number;
  /** `name@domain`. */
  actor: string;
  address: string;
}

/** Result of a code check. It is stored in any case, so it is a return value and not a refusal, which would roll the count back. */
export type CodeVerdict = 'right' | 'wrong' | { retryAfterS: number };

/**
 * D6: checks codes one after another, so that of many sent at once no more than the rule allows are checked. Wrong ones count per user, from any
 * address: only those who know the password get here. `take` consumes the code if it is right.
 */
async function judge(context: WriteContext, typed: CodeTyped, take: () => Promise<boolean>): Promise<CodeVerdict> {
  const { tx } = context;
  const { now, userId } = typed;
  const tries = await tx.get<CodeTries>('SELECT wrong, last_at AS lastAt FROM second_factor_tries WHERE user_id = ?', userId);
  const waitMs = tries === null ? 0 : codeWaitMs(tries, now);
  if (waitMs > 0) return { retryAfterS: Math.ceil(waitMs / 1000) };
  if (await take()) {
    tx.send('DELETE FROM second_factor_tries WHERE user_id = ?', userId);
    return 'right';
  }
  const wrong = (tries?.wrong ?? 0) + 1;
  tx.send(
    `INSERT INTO second_factor_tries (user_id, wrong, last_at) VALUES (?1, ?2, ?3)
     ON CONFLICT (user_id) DO UPDATE SET wrong = ?2, last_at = ?3`,
    userId,
    wrong,
    now,
  );
  if (wrong % FREE_CODES === 0) await tellOfWrongCodes(context, typed, wrong);
  return 'wrong';
}

/** Somebody knows the password, so the user and readers of the audit log should learn of it. */
async function tellOfWrongCodes(
  context: WriteContext,
  { now, userId, domainId, actor, address }: CodeTyped,
  codes: number,
): Promise<void> {
  context.audit({ domainId, at: now, actor, address, action: 'user.second-factor-wrong', subject: actor, details: { codes } });
  const user = await userById(context.tx, userId);
  if (user === null) return;
  const { email: recipient, language } = user;
  await putMail(
    context,
    userMails.wrongCodes,
    { domainId, recipient, language, data: { user: actor, codes }, secret: null },
    now,
  );
}

/**
 * D6: the second factor is required from now on; other sessions end. `step` is that of the code typed for `sealedSecret`, or null if it matches none.
 * Refuses with `conflict` if another was offered meanwhile.
 */
export async function confirmSecondFactor(
  context: WriteContext,
  input: AskedByUser & { sealedSecret: Uint8Array; step: number | null },
): Promise<CodeVerdict> {
  const { now, actorId: userId, sealedSecret, step } = input;
  return await judge(context, { ...input, userId }, async () => {
    if (step === null) return false;
    const changed = await context.tx.run(
      'UPDATE second_factors SET confirmed_at = ?, last_step = ? WHERE user_id = ? AND secret = ? AND confirmed_at IS NULL',
      now,
      step,
      userId,
      sealedSecret,
    );
    if (changed === 0) throw new RollcallError('conflict', { reason: 'second-factor-changed' });
    await recordOwnChange(context, input, 'user.second-factor-on');
    return true;
  });
}

/** D6: consumes an app code, by its `step`, or a recovery code, by its `hash`; each is valid once. Both are null if the input can be neither. */
export async function takeSecondFactor(
  context: WriteContext,
  input: CodeTyped & { step: number | null; hash: string | null },
): Promise<CodeVerdict> {
  const { tx } = context;
  const { userId, step, hash, domainId, now: at, actor, address } = input;
  return await judge(context, input, async () => {
    if (step !== null) {
      const used = 'UPDATE second_factors SET last_step = ?1 WHERE user_id = ?2 AND last_step < ?1 AND confirmed_at IS NOT NULL';
      return (await tx.run(used, step, userId)) > 0;
    }
    if (hash === null || (await secondFactorOf(tx, userId))?.isOn !== true) return false;
    if ((await tx.run('DELETE FROM recovery_codes WHERE user_id = ? AND hash = ?', userId, hash)) === 0) return false;
    context.audit({ domainId, at, actor, address, action: 'user.recovery-code-used', subject: actor });
    return true;
  });
}

/** D6: turns it off and ends the other sessions. Does nothing if none is on. */
export async function endSecondFactor(context: WriteContext, input: AskedByUser): Promise<void> {
  const wasOn = (await secondFactorOf(context.tx, input.actorId))?.isOn === true;
  context.tx.send('DELETE FROM second_factors WHERE user_id = ?', input.actorId);
  if (wasOn) await recordOwnChange(context, input, 'user.second-factor-off');
}
