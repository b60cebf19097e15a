import { RollcallError } from '../../protocol/errors.ts';
import { MAX_SET_MS } from '../ledger/rules/usage.ts';
import type { AccessParts, RealmServices } from './access.ts';
import { loginTyped } from './emails.ts';
import { ADDRESS_HEADER, cookieNameOf, type Realm } from './realm.ts';
import { credentials } from './rows.ts';

export interface SignInTry {
  /** Who it is, as they typed it. */
  typed: string;
  password: string;
  /** Of the second factor, where there is one: an app's code or a recovery code. */
  code?: string | undefined;
  address: string;
  userAgent: string | undefined;
}

type Parts = Pick<AccessParts & RealmServices, 'library' | 'publicUrl' | 'store' | 'passwords' | 'limits' | 'clock'>;

interface SessionParts<User, Person> extends Parts {
  /** The user that was typed. */
  find(typed: string): Promise<User | null>;
  /** Refuses a right password that comes without what else this user needs. */
  demandMore?(user: User, attempt: SignInTry): Promise<void>;
  /** Who a user of the library's table is. */
  personOf(stored: unknown): Person;
}

/** Signing in and out of one realm, and whose session a cookie names. The library measures sessions by the system's clock. */
export class Sessions<User extends { id: string }, Person> {
  readonly cookieName: string;
  private readonly parts: SessionParts<User, Person>;
  private readonly passwordHashOf: ReturnType<typeof credentials>['passwordHashOf'];

  constructor(realm: Realm, parts: SessionParts<User, Person>) {
    this.parts = parts;
    this.cookieName = cookieNameOf(realm, parts.publicUrl);
    this.passwordHashOf = credentials(realm).passwordHashOf;
  }

  /** Refuses with `sign-in-failed`, whatever is wrong, with `busy`, or as `demandMore` does. `cookies` are Set-Cookie lines. */
  async signIn(attempt: SignInTry): Promise<{ person: Person; cookies: string[] }> {
    const { library, store, passwords, limits, clock } = this.parts;
    const { password, address, userAgent } = attempt;
    limits.signIn(loginTyped(attempt.typed), address, clock());
    const user = await this.parts.find(attempt.typed);
    const hash = user === null ? null : await this.passwordHashOf(store.reader, user.id);
    // An unknown user costs as much work as a wrong password.
    const isRight = await passwords.verify(hash, password, address);
    if (user === null || !isRight) throw new RollcallError('sign-in-failed');
    // The password first, so that nobody learns from the answer what else is asked for; no session begins before that.
    await this.parts.demandMore?.(user, attempt);
    const headers = new Headers({ [ADDRESS_HEADER]: address, 'user-agent': userAgent?.slice(0, 256) ?? '' });
    const { api } = await library();
    const answer = await api.beginSession({ body: { userId: user.id }, headers, returnHeaders: true });
    return { person: this.parts.personOf(answer.response), cookies: answer.headers.getSetCookie() };
  }

  /** Ends the session named by the cookie, if any; the returned headers delete the cookie. */
  async signOut(cookie: string | undefined): Promise<string[]> {
    const { api } = await this.parts.library();
    const headers = new Headers(cookie === undefined ? {} : { cookie });
    const answer = await api.signOut({ headers, returnHeaders: true });
    return answer.headers.getSetCookie();
  }

  /** The user whose session the cookie names; null without a live one. */
  async of(cookie: string | undefined): Promise<{ person: Person; sessionId: string } | null> {
    if (cookie?.includes(this.cookieName) !== true) return null;
    const { api } = await this.parts.library();
    const found = await api.getSession({ headers: new Headers({ cookie }) });
    if (found === null || isFromTheFuture(found.session)) return null;
    return { person: this.parts.personOf(found.user), sessionId: found.session.id };
  }
}

/**
 * True for a session created while the clock was far ahead: after the correction it would be valid for years. Uses the machine's clock, like the
 * library.
 */
export function isFromTheFuture({ createdAt }: { createdAt: Date }): boolean {
  return createdAt.getTime() > Date.now() + MAX_SET_MS;
}
