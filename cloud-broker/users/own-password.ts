import { userMails } from './mails.ts';
import { RollcallError } from '../../protocol/errors.ts';
import { tokenHash } from '../keys/secrets.ts';
import { passwordHashOf, userById, type UserRow } from './rows.ts';
import { liveToken } from './tokens.ts';
import { afterTheAnswer, newLink, type AccessParts, type Owner } from './access-parts.ts';
import { nameAndDomain, userOf } from './login-names.ts';
import { demandGoodPassword, namesToAvoid } from './password-rules.ts';

interface OwnPasswordParts extends AccessParts {
  /** The user that was typed, where the domain is open. */
  userTyped(typed: string): Promise<UserRow | null>;
}

const busy = (): RollcallError => new RollcallError('busy', { retryAfterS: 60 });

/** D6: a password forgotten, or changed by who knows it. */
export class OwnPassword {
  private readonly parts: OwnPasswordParts;

  constructor(parts: OwnPasswordParts) {
    this.parts = parts;
  }

  /** Mails a link, if there is such a user; who asks gets the same answer in any case. Refuses with `busy` by address only. */
  forgot(typed: string, address: string): void {
    const { limits, store, clock, userTyped } = this.parts;
    const now = clock();
    if (!limits.mailAsk(address, now)) throw busy();
    afterTheAnswer(this.parts, async () => {
      const user = await userTyped(typed);
      // Who never chose a password has an invitation for it.
      if (user === null || (await passwordHashOf(store.reader, user.id)) === null) return;
      if (!limits.unaskedMail(`reset in ${user.domainId}`, user.email, now)) return;
      const link = newLink(this.parts, userMails.reset);
      await store.write('requestReset', { now, userId: user.id, user: userOf(user.login), link });
    });
  }

  /** Whose link this is; looking changes nothing. Refuses with `link-not-valid` or `busy`. */
  async show(token: string, address: string): Promise<{ user: string }> {
    return { user: userOf((await this.linked(token, address)).login) };
  }

  /** Another password by the link of a mail; all sessions end. Refuses with `link-not-valid`, `invalid-request`, `password-weak`, `busy`. */
  async reset(token: string, password: string, address: string): Promise<void> {
    const { store, passwords, clock } = this.parts;
    const { login, email } = await this.linked(token, address);
    demandGoodFor(login, email, password);
    const passwordHash = await passwords.hash(password, address);
    await store.write('resetPassword', {
      now: clock(),
      tokenHash: tokenHash(token),
      passwordHash,
      actor: userOf(login),
      address,
    });
  }

  /** Another password; the other sessions end. Refuses with `password-wrong`, `invalid-request`, `password-weak` or `busy`. */
  async change(owner: Owner, current: string, password: string): Promise<void> {
    const { store, passwords, clock } = this.parts;
    await demandPassword(this.parts, owner, current);
    const user = await userById(store.reader, owner.userId);
    if (user === null) throw new RollcallError('signed-out');
    demandGoodFor(user.login, user.email, password);
    const passwordHash = await passwords.hash(password, owner.address);
    const { user: actor, ...change } = owner;
    await store.write('changePassword', { ...change, actor, now: clock(), passwordHash });
  }

  /** That whoever sits there knows the password. Refuses with `password-wrong` or `busy`. */
  async demand(owner: Owner, password: string): Promise<void> {
    return demandPassword(this.parts, owner, password);
  }

  private async linked(token: string, address: string): Promise<UserRow> {
    const { limits, store, clock } = this.parts;
    const now = clock();
    if (!limits.link(address, now)) throw busy();
    const found = await liveToken(store.reader, tokenHash(token), 'reset', now);
    const user = found === null ? null : await userById(store.reader, found.userId);
    if (user === null) throw new RollcallError('link-not-valid');
    return user;
  }
}

function demandGoodFor(login: string, email: string, password: string): void {
  const parts = nameAndDomain(userOf(login));
  demandGoodPassword(password, parts === null ? [email] : namesToAvoid({ ...parts, email }));
}

/** That whoever sits there knows the password: a session alone may be a forgotten one. Refuses with `password-wrong`, or with `busy` after too many tries of this user from this address. */
export async function demandPassword(
  parts: Pick<AccessParts, 'limits' | 'store' | 'passwords' | 'clock'>,
  owner: Pick<Owner, 'userId' | 'user' | 'address'>,
  password: string,
): Promise<void> {
  if (!parts.limits.pair(owner.user, owner.address, parts.clock())) throw new RollcallError('busy', { retryAfterS: 30 });
  if (!(await parts.passwords.verify(await passwordHashOf(parts.store.reader, owner.userId), password, owner.address)))
    throw new RollcallError('password-wrong');
}
