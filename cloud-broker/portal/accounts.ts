/** Who may use the Admin Portal: people with an account of their own, apart from any domain (K3), by the rules of D2 and D6. */
import { portalMails } from './mails.ts';
import * as z from 'zod';
import type { PortalInvitation, PortalPerson } from '../../protocol/api-portal.ts';
import { readEmail } from '../../protocol/email.ts';
import { RollcallError, type Language } from '../../protocol/errors.ts';
import { AccessLimits } from '../users/accounts-limits.ts';
import { afterTheAnswer, newLink, newRowId } from '../users/access-parts.ts';
import { ADDRESS_HEADER } from '../users/accounts-options.ts';
import { shownEmail } from '../identity/emails.ts';
import { loginTyped } from '../users/login-names.ts';
import { demandGoodPassword } from '../users/password-rules.ts';
import { demandEmail } from '../users/sign-ups.ts';
import type { Passwords } from '../users/passwords.ts';
import { isFromTheFuture } from '../users/session-age.ts';
import { tokenHash, type Secrets } from '../keys/secrets.ts';
import {
  invitationByToken,
  portalPasswordHash,
  portalUserByEmail,
  signUpByToken,
  userByResetToken,
  type InvitationRow,
  type NewPortalUser,
} from './rows.ts';
import type { Store } from '../store/port.ts';
import { portalCookieName } from './cookie.ts';
import type { PortalLibrary } from './library.ts';

/** A signed-in person of the portal. */
export interface PortalUser {
  userId: string;
  email: string;
  name: string;
  language: Language;
}

/** Where a request comes from. */
export interface From {
  address: string;
  correlationId: string;
}

export interface PortalParts {
  library(): Promise<PortalLibrary>;
  store: Store;
  /** Shared with the domains' accounts, so that hashing never takes more of the machine than they may. */
  passwords: Passwords;
  secrets: Secrets;
  /** The configured public URL (A5). */
  publicUrl: string;
  clock(): number;
  random(bytes: number): Uint8Array;
  /** Told of what failed after its answer had left; never of names, passwords or tokens. */
  log(message: string): void;
}

const busy = (retryAfterS: number): RollcallError => new RollcallError('busy', { retryAfterS });
const storedUser = z.object({ id: z.string(), email: z.string(), name: z.string(), language: z.enum(['en', 'fr']) });

const namesOf = (email: string, name: string): string[] => [name, email, email.split('@')[0] ?? ''];

export class PortalAccounts {
  readonly cookieName: string;
  readonly limits = new AccessLimits();
  private readonly parts: PortalParts;

  constructor(parts: PortalParts) {
    this.parts = parts;
    this.cookieName = portalCookieName(parts.publicUrl);
  }

  /**
   * D2: mails a link. Whether the e-mail has an account already is never said. Refuses with `invalid-request`, `password-weak` or `busy`.
   */
  async signUp(
    about: { email: string; password: string; name: string; organization: string; language: Language },
    from: From,
  ): Promise<{ email: string }> {
    const { store, passwords, clock } = this.parts;
    const { password, ...rest } = about;
    const email = demandEmail(about.email);
    demandGoodPassword(password, [...namesOf(email, about.name), about.organization]);
    if (!this.limits.signUp(from.address, clock()) || !this.limits.unaskedMail('sign-up', email, clock())) throw busy(60);
    const passwordHash = await passwords.hash(password, from.address);
    const links = { activation: newLink(this.parts, portalMails.activation), reset: newLink(this.parts, portalMails.reset) };
    await store.write('portalSignUp', { ...rest, ...links, ...from, now: clock(), email, passwordHash });
    return { email: shownEmail(email) };
  }

  /** D2: another link, if somebody waits for one; the answer is the same in any case. Refuses with `busy` by address only. */
  resend(typed: string, address: string): void {
    this.mailLater('sign-up', typed, address, async (email, now) =>
      this.parts.store.write('resendPortalActivation', { now, email, link: newLink(this.parts, portalMails.activation) }),
    );
  }

  /** D6: a link to choose another password, if there is such an account; the answer is the same in any case. Refuses with `busy` by address only. */
  forgot(typed: string, address: string): void {
    this.mailLater('reset', typed, address, async (email, now) =>
      this.parts.store.write('requestPortalReset', { now, email, link: newLink(this.parts, portalMails.reset) }),
    );
  }

  private mailLater(
    about: 'sign-up' | 'reset',
    typed: string,
    address: string,
    work: (email: string, now: number) => Promise<void>,
  ): void {
    const now = this.parts.clock();
    if (!this.limits.mailAsk(address, now)) throw busy(60);
    afterTheAnswer(this.parts, async () => {
      const email = readEmail(typed);
      if (email !== null && this.limits.unaskedMail(about, email, now)) await work(email, now);
    });
  }

  /** D2: whose link this is; looking changes nothing. Refuses with `link-not-valid` or `busy`. */
  async showActivation(token: string, address: string): Promise<PortalPerson> {
    const { email, name } = await this.linked(address, async (now) =>
      signUpByToken(this.parts.store.reader, tokenHash(token), now),
    );
    return { email: shownEmail(email), name };
  }

  /** D2: makes the account, with the link and the password chosen at sign-up. Refuses with `link-not-valid`, `password-wrong` or `busy`. */
  async activate(token: string, password: string, from: From): Promise<PortalPerson> {
    const { store, passwords, clock, random } = this.parts;
    const hash = tokenHash(token);
    const { email, name, passwordHash } = await this.linked(from.address, async (now) => signUpByToken(store.reader, hash, now));
    this.demandPair(`link ${hash}`, from.address);
    if (!(await passwords.verify(passwordHash, password, from.address))) throw new RollcallError('password-wrong');
    const ids = { userId: newRowId(random), accountId: newRowId(random), organizationId: newOrganizationId(random) };
    await store.write('activatePortal', { ...ids, ...from, now: clock(), tokenHash: hash });
    return { email: shownEmail(email), name };
  }

  async showReset(token: string, address: string): Promise<PortalPerson> {
    const { email, name } = await this.linked(address, async (now) =>
      userByResetToken(this.parts.store.reader, tokenHash(token), now),
    );
    return { email: shownEmail(email), name };
  }

  /** Another password by link; all sessions end. Refuses with `link-not-valid`, `invalid-request`, `password-weak` or `busy`. */
  async reset(token: string, password: string, from: From): Promise<void> {
    const { store, passwords, clock } = this.parts;
    const hash = tokenHash(token);
    const { email, name } = await this.linked(from.address, async (now) => userByResetToken(store.reader, hash, now));
    demandGoodPassword(password, namesOf(email, name));
    const passwordHash = await passwords.hash(password, from.address);
    await store.write('resetPortalPassword', { ...from, now: clock(), tokenHash: hash, passwordHash });
  }

  /** Refuses with `sign-in-failed`, whatever is wrong, or `busy`. `cookies` are Set-Cookie lines. */
  async signIn(attempt: {
    email: string;
    password: string;
    address: string;
    userAgent: string | undefined;
  }): Promise<{ user: PortalUser; cookies: string[] }> {
    const { library, passwords, store, clock } = this.parts;
    const { password, address } = attempt;
    const email = loginTyped(attempt.email);
    if (!this.limits.signIn(email, address, clock())) throw busy(30);
    const known = await portalUserByEmail(store.reader, email);
    // Who is not there costs as much work as a wrong password.
    const isRight = await passwords.verify(
      known === null ? null : await portalPasswordHash(store.reader, known.id),
      password,
      address,
    );
    if (known === null || !isRight) throw new RollcallError('sign-in-failed');
    const headers = new Headers({ [ADDRESS_HEADER]: address, 'user-agent': attempt.userAgent?.slice(0, 256) ?? '' });
    const answer = await (await library()).api.beginSession({ body: { userId: known.id }, headers, returnHeaders: true });
    const { id: userId, ...user } = known;
    return { user: { userId, ...user }, cookies: answer.headers.getSetCookie() };
  }

  /** Ends the session that the cookie names, if there is one; the lines returned take the cookie back. */
  async signOut(cookie: string | undefined): Promise<string[]> {
    const headers = new Headers(cookie === undefined ? {} : { cookie });
    const answer = await (await this.parts.library()).api.signOut({ headers, returnHeaders: true });
    return answer.headers.getSetCookie();
  }

  /** Whose session the cookie names; null without a live one. */
  async sessionOf(cookie: string | undefined): Promise<PortalUser | null> {
    if (cookie?.includes(this.cookieName) !== true) return null;
    const session = await (await this.parts.library()).api.getSession({ headers: new Headers({ cookie }) });
    if (session === null || isFromTheFuture(session.session)) return null;
    const { id: userId, ...user } = storedUser.parse(session.user);
    return { userId, ...user };
  }

  /** What a link invites to; looking changes nothing. Refuses with `link-not-valid` or `busy`. */
  async showInvitation(token: string, address: string): Promise<PortalInvitation> {
    const { organization, invitedBy, email } = await this.invited(token, address);
    return {
      organization,
      invitedBy: shownEmail(invitedBy),
      email: shownEmail(email),
      hasAccount: (await portalUserByEmail(this.parts.store.reader, email)) !== null,
    };
  }

  /**
   * D2: joins by link, as the person who has the invited e-mail: in their session, by their password, or by a new account's name and password.
   * Refuses with `link-not-valid`, `password-wrong`, `signed-out` where a password is needed, `invalid-request`, `password-weak` or `busy`.
   */
  async accept(
    about: { token: string; password?: string | undefined; name?: string | undefined; language: Language },
    signedIn: PortalUser | null,
    from: From,
  ): Promise<{ organizationId: string; email: string }> {
    const { store, clock } = this.parts;
    const invitation = await this.invited(about.token, from.address);
    const { email, organizationId } = invitation;
    const isHere = signedIn?.email === email;
    const newUser = isHere ? null : await this.newcomer(invitation, about, from.address);
    await store.write('acceptPortalInvitation', { ...from, now: clock(), tokenHash: tokenHash(about.token), newUser });
    return { organizationId, email: shownEmail(email) };
  }

  /** Null where the invited e-mail has an account and this is its password. */
  private async newcomer(
    { email }: InvitationRow,
    about: { token: string; password?: string | undefined; name?: string | undefined; language: Language },
    address: string,
  ): Promise<NewPortalUser | null> {
    const { store, passwords, random } = this.parts;
    const { password, name, language } = about;
    const known = await portalUserByEmail(store.reader, email);
    if (known !== null) {
      if (password === undefined) throw new RollcallError('signed-out');
      this.demandPair(email, address);
      if (!(await passwords.verify(await portalPasswordHash(store.reader, known.id), password, address)))
        throw new RollcallError('password-wrong');
      return null;
    }
    if (name === undefined) throw new RollcallError('invalid-request', { field: 'name' });
    if (password === undefined) throw new RollcallError('invalid-request', { field: 'password' });
    demandGoodPassword(password, namesOf(email, name));
    const passwordHash = await passwords.hash(password, address);
    return { id: newRowId(random), accountId: newRowId(random), email, name, language, passwordHash };
  }

  private async invited(token: string, address: string): Promise<InvitationRow> {
    return await this.linked(address, async (now) => invitationByToken(this.parts.store.reader, tokenHash(token), now));
  }

  private async linked<Row>(address: string, find: (now: number) => Promise<Row | null>): Promise<Row> {
    const now = this.parts.clock();
    if (!this.limits.link(address, now)) throw busy(60);
    const row = await find(now);
    if (row === null) throw new RollcallError('link-not-valid');
    return row;
  }

  private demandPair(about: string, address: string): void {
    if (!this.limits.pair(about, address, this.parts.clock())) throw busy(30);
  }
}

/** K3: an organisation is this id; its name may be anybody's. */
export function newOrganizationId(random: (bytes: number) => Uint8Array): string {
  return `o-${newRowId(random)}`;
}
