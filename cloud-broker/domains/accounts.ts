/** Who may sign in, and as whom (D6, A5). The sign-in library keeps users, passwords and sessions; what they mean is here. */
import { isAPIError } from 'better-auth/api';
import * as z from 'zod';
import { roles, type Role } from '../../protocol/api.ts';
import { RollcallError } from '../../protocol/errors.ts';
import { domainName } from '../../protocol/text.ts';
import { Lanes } from '../enrollment/lanes.ts';
import { domainById, domainByName, statusOf, type DomainRow } from '../store/domain-rows.ts';
import type { Store } from '../store/store.ts';
import { loginAddressesByEmail } from '../store/queries/users.ts';
import { ADDRESS_HEADER, PASSWORD_LENGTH, sessionCookieName, type AccountsLibrary } from './accounts-options.ts';
import { SignInLimits } from './accounts-limits.ts';

/** A signed-in user. */
export interface Principal {
  userId: string;
  /** `name@domain`. */
  user: string;
  email: string;
  role: Role;
  domainId: number;
  /** The Billing permission; admins have it by their role. */
  billing: boolean;
  /** A user with tags sees only devices with all of them (D6). */
  tags: string[];
}

export interface SignedIn extends Principal {
  sessionId: string;
}

interface SignInTry {
  /** `name@domain`, or an e-mail that exactly one user has. */
  user: string;
  password: string;
  address: string;
  userAgent: string | undefined;
}

export interface Accounts {
  /** Refuses with `sign-in-failed`, whatever is wrong, or `busy`. `cookies` are Set-Cookie lines. */
  signIn(attempt: SignInTry): Promise<{ principal: Principal; cookies: string[] }>;
  /** Ends the session that the cookie names, if there is one; the lines returned take the cookie back. */
  signOut(headers: CookieHeader): Promise<string[]>;
  /** Whose session the cookie names; null without a live one, or when its domain is not open any more. */
  sessionOf(headers: CookieHeader): Promise<SignedIn | null>;
  /** Refuses with `invalid-request`, naming the field, an e-mail or a password that createFirstUser would not take. */
  checkFirstUser(email: string, password: string): void;
  /**
   * Makes `admin@domain` (D6), or gives it this e-mail and password as long as the domain is unconfirmed, so that it can be
   * repeated after a crash. Refuses with `not-found`, `conflict`, or what checkFirstUser refuses with.
   */
  createFirstUser(
    domainId: number,
    domainName: string,
    email: string,
    password: string,
  ): Promise<{ userId: string; user: string }>;
  readonly cookieName: string;
}

export interface CookieHeader {
  cookie?: string | undefined;
}

export interface AccountsServices {
  library: AccountsLibrary;
  store: Store;
  /** The configured public URL (A5). */
  publicUrl: string;
  clock(): number;
}

/** Password hashing takes two of libuv's threads at most, so that device signatures are still checked; then tries wait. */
const HASHING = { atOnce: 2, waiting: 50 } as const;
const FIRST_USER = 'admin';
const LOGIN_HOST = 'rollcall.invalid';
/** Nobody's login address: what an unknown user costs as much work as a wrong password with. */
const NOBODY = `nobody@${LOGIN_HOST}`;
const USER_NAME = /^[a-z0-9](?:[a-z0-9._-]{0,62}[a-z0-9])?$/;

const emailText = z.email().max(254);

/** D6: `name@domain` is unique and an e-mail is not, so the library's unique address is made from the name (RFC 2606). */
function loginAddress(user: string, domain: string): string {
  return `${user}@${domain}.${LOGIN_HOST}`;
}

function userOf(address: string): string {
  return address.slice(0, -(LOGIN_HOST.length + 1));
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
  private readonly library: AccountsLibrary;
  private readonly limits = new SignInLimits();
  private readonly hashing = new Lanes(HASHING.atOnce, HASHING.waiting);

  constructor(settings: AccountsServices) {
    this.settings = settings;
    this.library = settings.library;
    this.cookieName = sessionCookieName(settings.publicUrl);
  }

  async signIn(attempt: SignInTry): Promise<{ principal: Principal; cookies: string[] }> {
    const now = this.settings.clock();
    if (!this.limits.allows(attempt.user, attempt.address, now)) throw new RollcallError('busy', { retryAfterS: 30 });
    const email = this.loginAddressOf(attempt.user.trim().toLowerCase(), now) ?? NOBODY;
    const headers = new Headers({ [ADDRESS_HEADER]: attempt.address, 'user-agent': attempt.userAgent?.slice(0, 256) ?? '' });
    try {
      const answer = await this.oneOfFew(() =>
        this.library.api.signInEmail({ body: { email, password: attempt.password }, headers, returnHeaders: true }),
      );
      return { principal: principalOf(answer.response.user), cookies: answer.headers.getSetCookie() };
    } catch (error) {
      if (isAPIError(error) && error.statusCode < 500) throw new RollcallError('sign-in-failed');
      throw error;
    }
  }

  async signOut(headers: CookieHeader): Promise<string[]> {
    const answer = await this.library.api.signOut({ headers: this.cookies(headers), returnHeaders: true });
    return answer.headers.getSetCookie();
  }

  async sessionOf(headers: CookieHeader): Promise<SignedIn | null> {
    if (headers.cookie?.includes(this.cookieName) !== true) return null;
    const session = await this.library.api.getSession({ headers: this.cookies(headers) });
    if (session === null) return null;
    const principal = { ...principalOf(session.user), sessionId: session.session.id };
    const domain = domainById(this.settings.store.reader, principal.domainId);
    return domain !== null && this.isOpen(domain) ? principal : null;
  }

  checkFirstUser(email: string, password: string): void {
    if (password.length < PASSWORD_LENGTH.least || password.length > PASSWORD_LENGTH.most) {
      throw new RollcallError('invalid-request', { field: 'password', ...PASSWORD_LENGTH });
    }
    if (!emailText.safeParse(email).success) throw new RollcallError('invalid-request', { field: 'email' });
  }

  async createFirstUser(
    domainId: number,
    domain: string,
    email: string,
    password: string,
  ): Promise<{ userId: string; user: string }> {
    this.checkFirstUser(email, password);
    this.demandUnconfirmed(domainId, domain);
    const { internalAdapter, password: passwords } = await this.library.$context;
    const contactEmail = email.toLowerCase();
    const hash = await this.oneOfFew(() => passwords.hash(password));
    const address = loginAddress(FIRST_USER, domain);
    const known = await internalAdapter.findUserByEmail(address, { includeAccounts: true });
    const fields = { contactEmail, domainId, role: 'domain-admin', billing: true, tags: '[]', language: 'en' };
    const user =
      known === null
        ? await internalAdapter.createUser(
            { email: address, name: FIRST_USER, emailVerified: true, ...fields },
            { method: 'email-password' },
          )
        : await internalAdapter.updateUser(known.user.id, fields);
    if (known === null || known.accounts.length === 0) {
      await internalAdapter.linkAccount({ userId: user.id, providerId: 'credential', accountId: user.id, password: hash });
    } else {
      await internalAdapter.updatePassword(user.id, hash);
    }
    await internalAdapter.deleteUserSessions(user.id);
    return { userId: user.id, user: userOf(address) };
  }

  /** The login address that `typed` stands for; null where it stands for none, or for more than one (D6). */
  private loginAddressOf(typed: string, now: number): string | null {
    const at = typed.lastIndexOf('@');
    const [name, host] = [typed.slice(0, at), typed.slice(at + 1)];
    if (at > 0 && domainName.safeParse(host).success) {
      const domain = domainByName(this.settings.store.reader, host);
      return domain !== null && this.isOpen(domain) && USER_NAME.test(name) ? loginAddress(name, host) : null;
    }
    const [only, ...others] = loginAddressesByEmail(this.settings.store.reader, typed, now);
    return only !== undefined && others.length === 0 ? only : null;
  }

  private demandUnconfirmed(domainId: number, name: string): void {
    const row = domainById(this.settings.store.reader, domainId);
    if (row === null || row.name !== name) throw new RollcallError('not-found');
    if (statusOf(row, this.settings.clock()) !== 'unconfirmed')
      throw new RollcallError('conflict', { reason: 'domain-is-active' });
  }

  /** D2, D8: before activation and after closing nobody signs in. */
  private isOpen(domain: DomainRow): boolean {
    const status = statusOf(domain, this.settings.clock());
    return status !== 'unconfirmed' && status !== 'closed';
  }

  private async oneOfFew<T>(work: () => Promise<T>): Promise<T> {
    if (!(await this.hashing.enter('front'))) throw new RollcallError('busy', { retryAfterS: 5 });
    try {
      return await work();
    } finally {
      this.hashing.leave();
    }
  }

  private cookies(headers: CookieHeader): Headers {
    return new Headers(headers.cookie === undefined ? {} : { cookie: headers.cookie });
  }
}

/** `clock` gives milliseconds since 1970; the library itself measures sessions by the system's clock. */
export function createAccounts(settings: AccountsServices): Accounts {
  return new LibraryAccounts(settings);
}
