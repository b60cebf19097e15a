/** Accounts of the Admin Portal: people with accounts of their own, separate from any domain (K3), under the rules of D2 and D6. */
import { portalMails } from './mails.ts';
import * as z from 'zod';
import type { PortalInvitation, PortalPerson } from '../../protocol/api-portal.ts';
import { readEmail } from '../../protocol/email.ts';
import { RollcallError, type Language } from '../../protocol/errors.ts';
import {
  demandPassword,
  linked,
  mailLater,
  newLink,
  newRowId,
  type AccessParts,
  type RealmServices,
} from '../identity/access.ts';
import { demandEmail, loginTyped, shownEmail } from '../identity/emails.ts';
import type { From } from '../identity/links.ts';
import { AccessLimits } from '../identity/limits.ts';
import { demandGoodPassword } from '../identity/password-rules.ts';
import { Sessions } from '../identity/sessions.ts';
import type { Reads } from '../store/tx.ts';
import { portalRealm } from './realm.ts';
import {
  invitationByToken,
  passwordHashOf,
  portalUserByEmail,
  signUpByToken,
  userByResetToken,
  type InvitationRow,
  type NewPortalUser,
  type PortalUserRow,
} from './rows.ts';

/** A signed-in person of the portal. */
export interface PortalUser {
  userId: string;
  email: string;
  name: string;
  language: Language;
}

const storedUser = z.object({ id: z.string(), email: z.string(), name: z.string(), language: z.enum(['en', 'fr']) });

function personOf(user: unknown): PortalUser {
  const { id: userId, ...person } = storedUser.parse(user);
  return { userId, ...person };
}

/** What the portal shows of a person. */
export function shownPerson({ email, name }: PortalPerson): PortalPerson {
  return { email: shownEmail(email), name };
}

type PortalParts = RealmServices & Pick<AccessParts, 'passwords'>;

export class PortalAccounts {
  readonly limits = new AccessLimits();
  readonly sessions: Sessions<PortalUserRow, PortalUser>;
  private readonly parts: AccessParts;

  constructor(parts: PortalParts) {
    this.parts = { ...parts, limits: this.limits };
    const find = async (typed: string) => portalUserByEmail(parts.store.reader, loginTyped(typed));
    this.sessions = new Sessions(portalRealm, { ...parts, limits: this.limits, find, personOf });
  }

  /** D2: mails a link. Never reveals whether the e-mail already has an account. Refuses with `invalid-request`, `password-weak` or `busy`. */
  async signUp(
    about: { email: string; password: string; name: string; organization: string; language: Language },
    from: From,
  ): Promise<{ email: string }> {
    const { store, passwords, clock } = this.parts;
    const { password, ...rest } = about;
    const email = demandEmail(about.email);
    demandGoodPassword(password, email, about.name, about.organization);
    this.limits.signUp(from.address, clock());
    if (!this.limits.unaskedMail('sign-up', email, clock())) throw new RollcallError('busy', { retryAfterS: 60 });
    const passwordHash = await passwords.hash(password, from.address);
    const links = { activation: newLink(this.parts, portalMails.activation), reset: newLink(this.parts, portalMails.reset) };
    await store.write('portalSignUp', { ...rest, ...links, ...from, now: clock(), email, passwordHash });
    return { email: shownEmail(email) };
  }

  /** D2: sends another link if a sign-up waits for one; the answer is the same in any case. Refuses with `busy` by address only. */
  resend(typed: string, address: string): void {
    this.mailTo('resendPortalActivation', typed, address);
  }

  /**
   * D6: sends a link to choose another password, if there is such an account; the answer is the same in any case. Refuses with `busy` by address
   * only.
   */
  forgot(typed: string, address: string): void {
    this.mailTo('requestPortalReset', typed, address);
  }

  private mailTo(operation: 'resendPortalActivation' | 'requestPortalReset', typed: string, address: string): void {
    const isReset = operation === 'requestPortalReset';
    mailLater(this.parts, address, async (now) => {
      const email = readEmail(typed);
      if (email === null || !this.limits.unaskedMail(isReset ? 'reset' : 'sign-up', email, now)) return;
      const link = newLink(this.parts, isReset ? portalMails.reset : portalMails.activation);
      await this.parts.store.write(operation, { now, email, link });
    });
  }

  /** D2: the sign-up of this link; reading it changes nothing. Refuses with `link-not-valid` or `busy`. */
  async showActivation(token: string, address: string): Promise<PortalPerson> {
    return shownPerson(await this.linked(token, address, signUpByToken));
  }

  /** D2: creates the account, with the link and the password chosen at sign-up. Refuses with `link-not-valid`, `password-wrong` or `busy`. */
  async activate(token: string, password: string, from: From): Promise<PortalPerson> {
    const { store, clock, random } = this.parts;
    const signUp = await this.linked(token, from.address, signUpByToken);
    this.limits.pair(`link ${signUp.hash}`, from.address, clock());
    await demandPassword(this.parts, signUp.passwordHash, password, from.address);
    const ids = { userId: newRowId(random), accountId: newRowId(random), organizationId: newOrganizationId(random) };
    await store.write('activatePortal', { ...ids, ...from, now: clock(), tokenHash: signUp.hash });
    return shownPerson(signUp);
  }

  async showReset(token: string, address: string): Promise<PortalPerson> {
    return shownPerson(await this.linked(token, address, userByResetToken));
  }

  /** Sets another password by link; all sessions end. Refuses with `link-not-valid`, `invalid-request`, `password-weak` or `busy`. */
  async reset(token: string, password: string, from: From): Promise<void> {
    const { store, passwords, clock } = this.parts;
    const { email, name, hash } = await this.linked(token, from.address, userByResetToken);
    demandGoodPassword(password, email, name);
    const passwordHash = await passwords.hash(password, from.address);
    await store.write('resetPortalPassword', { ...from, now: clock(), tokenHash: hash, passwordHash });
  }

  /** What a link invites to; checking changes nothing. Refuses with `link-not-valid` or `busy`. */
  async showInvitation(token: string, address: string): Promise<PortalInvitation> {
    const { organization, invitedBy, email } = await this.linked(token, address, invitationByToken);
    return {
      organization,
      invitedBy: shownEmail(invitedBy),
      email: shownEmail(email),
      hasAccount: (await portalUserByEmail(this.parts.store.reader, email)) !== null,
    };
  }

  /**
   * D2: joins by link, as the person with the invited e-mail: in their session, with their password, or with a new account's name and password.
   * Refuses with `link-not-valid`, `password-wrong`, `signed-out` if a password is needed, `invalid-request`, `password-weak` or `busy`.
   */
  async accept(
    about: { token: string; password?: string | undefined; name?: string | undefined; language: Language },
    signedIn: PortalUser | null,
    from: From,
  ): Promise<{ organizationId: string; email: string }> {
    const { store, clock } = this.parts;
    const invitation = await this.linked(about.token, from.address, invitationByToken);
    const { email, organizationId, hash } = invitation;
    const isHere = signedIn?.email === email;
    const newUser = isHere ? null : await this.newcomer(invitation, about, from.address);
    await store.write('acceptPortalInvitation', { ...from, now: clock(), tokenHash: hash, newUser });
    return { organizationId, email: shownEmail(email) };
  }

  /** Null if the invited e-mail has an account and this is its password. */
  private async newcomer(
    { email }: InvitationRow,
    about: { token: string; password?: string | undefined; name?: string | undefined; language: Language },
    address: string,
  ): Promise<NewPortalUser | null> {
    const { store, passwords, clock, random } = this.parts;
    const { password, name, language } = about;
    const known = await portalUserByEmail(store.reader, email);
    if (known !== null) {
      if (password === undefined) throw new RollcallError('signed-out');
      this.limits.pair(email, address, clock());
      await demandPassword(this.parts, await passwordHashOf(store.reader, known.id), password, address);
      return null;
    }
    if (name === undefined) throw new RollcallError('invalid-request', { field: 'name' });
    if (password === undefined) throw new RollcallError('invalid-request', { field: 'password' });
    demandGoodPassword(password, email, name);
    const passwordHash = await passwords.hash(password, address);
    return { id: newRowId(random), accountId: newRowId(random), email, name, language, passwordHash };
  }

  private async linked<Found extends object>(
    token: string,
    address: string,
    find: (tx: Reads, hash: string, now: number) => Promise<Found | null>,
  ): Promise<Found & { hash: string }> {
    return linked(this.parts, token, address, async (hash, now) => find(this.parts.store.reader, hash, now));
  }
}

/** K3: an organisation is identified by this id; its name need not be unique. */
export function newOrganizationId(random: (bytes: number) => Uint8Array): string {
  return `o-${newRowId(random)}`;
}
