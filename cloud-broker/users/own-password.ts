import { userMails } from './mails.ts';
import { RollcallError } from '../../protocol/errors.ts';
import { demandPassword, mailLater, newLink, type AccessParts } from '../identity/access.ts';
import { demandGoodPassword } from '../identity/password-rules.ts';
import { passwordHashOf, userById, type UserRow } from './rows.ts';
import type { AskedByUser } from './operations/users.ts';
import { linkedUser } from './linked-user.ts';
import { namesOf, userOf } from './login-names.ts';

/** `actor` is `name@domain`. */
type Who = Pick<AskedByUser, 'actorId' | 'actor' | 'address'>;

interface OwnPasswordParts extends AccessParts {
  /** The user identified by the typed text, if the domain is open. */
  userTyped(typed: string): Promise<UserRow | null>;
}

/** D6: forgotten passwords, and changes by users who know theirs. */
export class OwnPassword {
  private readonly parts: OwnPasswordParts;

  constructor(parts: OwnPasswordParts) {
    this.parts = parts;
  }

  /** Mails a link if the user exists; the response is the same in any case. Refuses with `busy` by address only. */
  forgot(typed: string, address: string): void {
    const { limits, store, userTyped } = this.parts;
    mailLater(this.parts, address, async (now) => {
      const user = await userTyped(typed);
      // A user who never chose a password has an invitation for that.
      if (user === null || (await passwordHashOf(store.reader, user.id)) === null) return;
      if (!limits.unaskedMail(`reset in ${user.domainId}`, user.email, now)) return;
      const link = newLink(this.parts, userMails.reset);
      await store.write('requestReset', { now, userId: user.id, user: userOf(user.login), link });
    });
  }

  /** The owner of this link; reading it changes nothing. Refuses with `link-not-valid` or `busy`. */
  async show(token: string, address: string): Promise<{ user: string }> {
    const { user } = await linkedUser(this.parts, 'reset', token, address);
    return { user: userOf(user.login) };
  }

  /** Sets a new password by the link from a mail and ends all sessions. Refuses with `link-not-valid`, `invalid-request`, `password-weak`, `busy`. */
  async reset(token: string, password: string, address: string): Promise<void> {
    const { store, clock } = this.parts;
    const { user, hash } = await linkedUser(this.parts, 'reset', token, address);
    const passwordHash = await this.newHash(user, password, address);
    const actor = userOf(user.login);
    await store.write('resetPassword', { now: clock(), tokenHash: hash, passwordHash, actor, address });
  }

  /** Sets a new password and ends the other sessions. Refuses with `password-wrong`, `invalid-request`, `password-weak` or `busy`. */
  async change(asked: AskedByUser, current: string, password: string): Promise<void> {
    const { store, clock } = this.parts;
    await demandOwnPassword(this.parts, asked, current);
    const user = await userById(store.reader, asked.actorId);
    if (user === null) throw new RollcallError('signed-out');
    const passwordHash = await this.newHash(user, password, asked.address);
    await store.write('changePassword', { ...asked, now: clock(), passwordHash });
  }

  /** Verifies that the person at the screen knows the password. Refuses with `password-wrong` or `busy`. */
  async demand(who: Who, password: string): Promise<void> {
    return demandOwnPassword(this.parts, who, password);
  }

  private async newHash({ login, email }: UserRow, password: string, address: string): Promise<string> {
    demandGoodPassword(password, email, ...namesOf(userOf(login)));
    return this.parts.passwords.hash(password, address);
  }
}

/**
 * Verifies that the person at the screen knows the password, as the session may have been left open by mistake. Refuses with `password-wrong`, or
 * with `busy` after too many attempts for this user from this address.
 */
export async function demandOwnPassword(
  parts: Pick<AccessParts, 'limits' | 'store' | 'passwords' | 'clock'>,
  { actorId, actor, address }: Who,
  password: string,
): Promise<void> {
  parts.limits.pair(actor, address, parts.clock());
  await demandPassword(parts, await passwordHashOf(parts.store.reader, actorId), password, address);
}
