import type { Language } from '../../../protocol/errors.ts';
import { RollcallError } from '../../../protocol/errors.ts';
import { endSessions } from '../rows.ts';
import type { WriteContext } from '../../store/commit.ts';
import type { AskedByUser } from './users.ts';

/** A user's change of what is their own stands in the audit log. */
export function recordOwn(context: WriteContext, input: AskedByUser, action: string, details: object = {}): void {
  const { domainId, now: at, actor, address } = input;
  context.audit({ domainId, at, actor, address, action, subject: actor, details });
}

/** Ends one of the user's own sessions, including the present one. Refuses with `not-found`, also for sessions of others (A4). */
export async function endOwnSession(context: WriteContext, input: AskedByUser & { id: string }): Promise<void> {
  const ended = await context.tx.run('DELETE FROM auth_session WHERE "id" = ? AND "userId" = ?', input.id, input.actorId);
  if (ended === 0) throw new RollcallError('not-found');
  recordOwn(context, input, 'session.ended');
}

/** Ends all of the user's sessions except the present one; returns how many. */
export async function endOtherSessions(context: WriteContext, input: AskedByUser): Promise<{ ended: number }> {
  const ended = await endSessions(context.tx, input.actorId, input.sessionId);
  if (ended > 0) recordOwn(context, input, 'session.others-ended', { sessions: ended });
  return { ended };
}

/** Language of mails to the user. */
export async function setOwnLanguage(context: WriteContext, input: AskedByUser & { language: Language }): Promise<void> {
  const { tx } = context;
  const before = (await tx.get<{ language: Language }>('SELECT "language" FROM auth_user WHERE "id" = ?', input.actorId))
    ?.language;
  if (before === undefined || before === input.language) return;
  tx.send('UPDATE auth_user SET "language" = ? WHERE "id" = ?', input.language, input.actorId);
  recordOwn(context, input, 'user.changed', { before: { language: before }, after: { language: input.language } });
}
