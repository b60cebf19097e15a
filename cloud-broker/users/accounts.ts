/** Which user of which domain may sign in (D6, A5). */
import * as z from 'zod';
import { roles } from '../../protocol/api.ts';
import { RollcallError } from '../../protocol/errors.ts';
import type { Principal, SignedIn } from '../http/access.ts';
import type { RealmServices } from '../identity/access.ts';
import { loginTyped } from '../identity/emails.ts';
import { AccessLimits } from '../identity/limits.ts';
import { Passwords } from '../identity/passwords.ts';
import { Sessions, type SignInTry } from '../identity/sessions.ts';
import { domainById, domainByName, statusOf, type DomainRow } from '../domains/rows.ts';
import { loginAddressesByEmail } from './queries/users.ts';
import { userByLogin, type UserRow } from './rows.ts';
import { hasSecondFactor } from './queries/second-factor.ts';
import { isUserName, loginAddress, nameAndDomain, userOf } from './login-names.ts';
import { OwnPassword } from './own-password.ts';
import { domainRealm } from './realm.ts';
import { SecondFactors } from './second-factors.ts';
import { SignUps } from './sign-ups.ts';
import { Users } from './users.ts';

interface UserSignInTry extends Omit<SignInTry, 'typed'> {
  /** `name@domain`, or an e-mail of exactly one user. */
  user: string;
}

/** Additional dependencies of routes that handle users. */
export interface WithAccounts {
  accounts: Accounts;
}

interface CookieHeader {
  cookie?: string | undefined;
}

const storedUser = z.object({
  id: z.string(),
  email: z.string(),
  contactEmail: z.string(),
  domainId: z.int(),
  role: z.enum(roles),
  billing: z.boolean(),
  tags: z.string().transform((text) => z.array(z.string()).parse(JSON.parse(text))),
});

function principalOf(user: unknown): Principal {
  const { id: userId, email, contactEmail, ...stored } = storedUser.parse(user);
  return { userId, user: userOf(email), email: contactEmail, ...stored };
}

export class Accounts {
  readonly passwords: Passwords;
  readonly signUps: SignUps;
  readonly ownPassword: OwnPassword;
  readonly secondFactors: SecondFactors;
  readonly users: Users;
  readonly cookieName: string;
  private readonly sessions: Sessions<UserRow, Principal>;
  private readonly settings: RealmServices;

  constructor(settings: RealmServices) {
    this.settings = settings;
    this.passwords = new Passwords(settings.library);
    const parts = { ...settings, passwords: this.passwords, limits: new AccessLimits() };
    const find = async (typed: string) => this.userTyped(typed);
    const demandMore = async (user: UserRow, attempt: SignInTry) => this.demandSecondFactor(user, attempt);
    this.sessions = new Sessions(domainRealm, { ...parts, find, demandMore, personOf: principalOf });
    this.cookieName = this.sessions.cookieName;
    this.signUps = new SignUps(parts);
    this.ownPassword = new OwnPassword({ ...parts, userTyped: find });
    this.secondFactors = new SecondFactors(parts);
    this.users = new Users(parts);
  }

  /**
   * Refuses with `sign-in-failed`, whatever is wrong, or `busy`; after a correct password with `second-factor-required` or `second-factor-wrong`.
   * `cookies` are Set-Cookie headers.
   */
  async signIn({ user: typed, ...attempt }: UserSignInTry): Promise<{ principal: Principal; cookies: string[] }> {
    const { person: principal, cookies } = await this.sessions.signIn({ ...attempt, typed });
    return { principal, cookies };
  }

  private async demandSecondFactor(user: UserRow, { code, address }: SignInTry): Promise<void> {
    if (!(await hasSecondFactor(this.settings.store.reader, user.id))) return;
    if (code === undefined || code.trim() === '') throw new RollcallError('second-factor-required');
    await this.secondFactors.take({ userId: user.id, domainId: user.domainId, actor: userOf(user.login), address, code });
  }

  /** Ends the session named by the cookie, if any; the returned headers delete the cookie. */
  async signOut({ cookie }: CookieHeader): Promise<string[]> {
    return this.sessions.signOut(cookie);
  }

  /** The session named by the cookie; null if it is not live or its domain is no longer open. */
  async sessionOf({ cookie }: CookieHeader): Promise<SignedIn | null> {
    const session = await this.sessions.of(cookie);
    if (session === null) return null;
    const { person, sessionId } = session;
    const domain = await domainById(this.settings.store.reader, person.domainId);
    return domain !== null && this.isOpen(domain) ? { ...person, sessionId } : null;
  }

  /** The user that `typed` identifies, if the domain is open; null if there is none or more than one (D6). */
  async userTyped(typed: string): Promise<UserRow | null> {
    const { store, clock } = this.settings;
    const text = loginTyped(typed);
    const parts = nameAndDomain(text);
    if (parts !== null) {
      const domain = await domainByName(store.reader, parts.domain);
      const known = domain !== null && this.isOpen(domain) && isUserName(parts.name);
      return known ? await userByLogin(store.reader, loginAddress(parts.name, parts.domain)) : null;
    }
    const [only, ...others] = await loginAddressesByEmail(store.reader, text, clock());
    return only !== undefined && others.length === 0 ? await userByLogin(store.reader, only) : null;
  }

  /** D2, D8: nobody signs in before activation or after closing. */
  private isOpen(domain: DomainRow): boolean {
    const status = statusOf(domain, this.settings.clock());
    return status !== 'unconfirmed' && status !== 'closed';
  }
}
