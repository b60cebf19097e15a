/** Who may sign in, and as whom (D6, A5). The sign-in library keeps users, passwords and sessions; what they mean is here. */
import * as z from 'zod';
import { roles } from '../../protocol/api.ts';
import { RollcallError } from '../../protocol/errors.ts';
import type { Principal, SignedIn } from '../http/access.ts';
import type { Secrets } from '../keys/secrets.ts';
import { domainById, domainByName, statusOf, type DomainRow } from '../domains/rows.ts';
import type { Store } from '../store/port.ts';
import { loginAddressesByEmail } from './queries/users.ts';
import { passwordHashOf, userByLogin, type UserRow } from './rows.ts';
import { hasSecondFactor } from './queries/second-factor.ts';
import type { AccountsLibrary } from './accounts-library.ts';
import { ADDRESS_HEADER, sessionCookieName } from './accounts-options.ts';
import { AccessLimits } from './accounts-limits.ts';
import { isUserName, loginAddress, loginTyped, nameAndDomain, NOBODY, userOf } from './login-names.ts';
import { OwnPassword } from './own-password.ts';
import { Passwords } from './passwords.ts';
import { SecondFactors } from './second-factors.ts';
import { isFromTheFuture } from './session-age.ts';
import { SignUps } from './sign-ups.ts';
import { Users } from './users.ts';

interface SignInTry {
  /** `name@domain`, or an e-mail that exactly one user has. */
  user: string;
  password: string;
  /** Of the second factor, where it is on: an app's code or a recovery code. */
  code?: string | undefined;
  address: string;
  userAgent: string | undefined;
}

export interface Accounts {
  /**
   * Refuses with `sign-in-failed`, whatever is wrong, or `busy`; after a right password with `second-factor-required` or
   * `second-factor-wrong`. `cookies` are Set-Cookie lines.
   */
  signIn(attempt: SignInTry): Promise<{ principal: Principal; cookies: string[] }>;
  /** Ends the session that the cookie names, if there is one; the lines returned take the cookie back. */
  signOut(headers: CookieHeader): Promise<string[]>;
  /** Whose session the cookie names; null without a live one, or when its domain is not open any more. */
  sessionOf(headers: CookieHeader): Promise<SignedIn | null>;
  /** The user that `typed` stands for, where the domain is open; null where it stands for none, or for more than one (D6). */
  userTyped(typed: string): Promise<UserRow | null>;
  readonly passwords: Passwords;
  readonly signUps: SignUps;
  readonly ownPassword: OwnPassword;
  readonly secondFactors: SecondFactors;
  readonly users: Users;
  readonly cookieName: string;
}

/** What routes that deal with users need beside the others. */
export interface WithAccounts {
  accounts: Accounts;
}

interface CookieHeader {
  cookie?: string | undefined;
}

export interface AccountsServices {
  library(): Promise<AccountsLibrary>;
  store: Store;
  /** The configured public URL (A5). */
  publicUrl: string;
  secrets: Secrets;
  clock(): number;
  random(bytes: number): Uint8Array;
  /** Told of what failed after its answer had left; never of names, passwords or tokens. */
  log(message: string): void;
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
  const stored = storedUser.parse(user);
  return {
    userId: stored.id,
    user: userOf(stored.email),
    email: stored.contactEmail,
    role: stored.role,
    domainId: stored.domainId,
    billing: stored.billing,
    tags: stored.tags,
  };
}

class LibraryAccounts implements Accounts {
  readonly cookieName: string;
  private readonly settings: AccountsServices;
  readonly passwords: Passwords;
  readonly signUps: SignUps;
  readonly ownPassword: OwnPassword;
  readonly secondFactors: SecondFactors;
  readonly users: Users;
  private readonly limits = new AccessLimits();

  constructor(settings: AccountsServices) {
    this.settings = settings;
    this.cookieName = sessionCookieName(settings.publicUrl);
    this.passwords = new Passwords(settings.library);
    const parts = { ...settings, passwords: this.passwords, limits: this.limits };
    this.signUps = new SignUps(parts);
    this.ownPassword = new OwnPassword({ ...parts, userTyped: async (typed) => this.userTyped(typed) });
    this.secondFactors = new SecondFactors(parts);
    this.users = new Users(parts);
  }

  async signIn(attempt: SignInTry): Promise<{ principal: Principal; cookies: string[] }> {
    if (!this.limits.signIn(loginTyped(attempt.user), attempt.address, this.settings.clock()))
      throw new RollcallError('busy', { retryAfterS: 30 });
    const user = await this.userTyped(attempt.user);
    if (user !== null && (await hasSecondFactor(this.settings.store.reader, user.id)))
      await this.demandSecondFactor(user, attempt);
    const email = user?.login ?? NOBODY;
    const headers = new Headers({ [ADDRESS_HEADER]: attempt.address, 'user-agent': attempt.userAgent?.slice(0, 256) ?? '' });
    try {
      const { api } = await this.settings.library();
      const answer = await this.passwords.oneOfFew(attempt.address, () =>
        api.signInEmail({ body: { email, password: attempt.password }, headers, returnHeaders: true }),
      );
      return { principal: principalOf(answer.response.user), cookies: answer.headers.getSetCookie() };
    } catch (error) {
      const { isAPIError } = await import('better-auth/api');
      if (isAPIError(error) && error.statusCode < 500) throw new RollcallError('sign-in-failed');
      throw error;
    }
  }

  /** The password first, so that nobody learns from the answer who has a second factor; no session begins before its code. */
  private async demandSecondFactor(user: UserRow, { password, code, address }: SignInTry): Promise<void> {
    const hash = await passwordHashOf(this.settings.store.reader, user.id);
    if (!(await this.passwords.verify(hash, password, address))) throw new RollcallError('sign-in-failed');
    if (code === undefined || code.trim() === '') throw new RollcallError('second-factor-required');
    await this.secondFactors.take({ userId: user.id, domainId: user.domainId, actor: userOf(user.login), address, code });
  }

  async signOut(headers: CookieHeader): Promise<string[]> {
    const { api } = await this.settings.library();
    const answer = await api.signOut({ headers: this.cookies(headers), returnHeaders: true });
    return answer.headers.getSetCookie();
  }

  async sessionOf(headers: CookieHeader): Promise<SignedIn | null> {
    if (headers.cookie?.includes(this.cookieName) !== true) return null;
    const { api } = await this.settings.library();
    const session = await api.getSession({ headers: this.cookies(headers) });
    if (session === null || isFromTheFuture(session.session)) return null;
    const principal = { ...principalOf(session.user), sessionId: session.session.id };
    const domain = await domainById(this.settings.store.reader, principal.domainId);
    return domain !== null && this.isOpen(domain) ? principal : null;
  }

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

  /** D2, D8: before activation and after closing nobody signs in. */
  private isOpen(domain: DomainRow): boolean {
    const status = statusOf(domain, this.settings.clock());
    return status !== 'unconfirmed' && status !== 'closed';
  }

  private cookies(headers: CookieHeader): Headers {
    return new Headers(headers.cookie === undefined ? {} : { cookie: headers.cookie });
  }
}

/** `clock` gives milliseconds since 1970; the library itself measures sessions by the system's clock. */
export function createAccounts(settings: AccountsServices): Accounts {
  return new LibraryAccounts(settings);
}
