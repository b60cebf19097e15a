import { userMails } from './mails.ts';
import type { Role } from '../../protocol/api.ts';
import type { Invitation } from '../../protocol/api-users.ts';
import { RollcallError, type Language } from '../../protocol/errors.ts';
import { passwordHashOf, userById, userByLogin } from './rows.ts';
import { domainById, statusOf } from '../domains/rows.ts';
import type { AskedByUser } from './operations/users.ts';
import { linkedUser } from './linked-user.ts';
import { newLink, newRowId, type AccessParts } from '../identity/access.ts';
import type { From } from '../identity/links.ts';
import { demandGoodPassword } from '../identity/password-rules.ts';
import { loginAddress, namesOf, userOf } from './login-names.ts';

export interface Invite {
  /** The part before the `@`, as parsed by protocol/api-users.ts. */
  name: string;
  email: string;
  role: Role;
  billing: boolean;
  tags: readonly string[];
  language: Language;
}

export interface UserChange {
  role?: Role | undefined;
  billing?: boolean | undefined;
  tags?: readonly string[] | undefined;
  email?: string | undefined;
}

/** D6: how users join a domain, change and leave. */
export class Users {
  private readonly parts: AccessParts;

  constructor(parts: AccessParts) {
    this.parts = parts;
  }

  /** Refuses with `forbidden`, `invalid-request`, `busy`, or `conflict`: the name is in use, or there are too many users. */
  async invite(asked: AskedByUser, about: Invite): Promise<{ id: string }> {
    const { store, random } = this.parts;
    const domain = await domainById(store.reader, asked.domainId);
    if (domain === null) throw new RollcallError('not-found');
    const login = loginAddress(about.name, domain.name);
    if ((await userByLogin(store.reader, login)) !== null) throw new RollcallError('conflict', { reason: 'name-in-use' });
    this.demandMail(asked, about.email);
    const id = newRowId(random);
    const user = { ...about, id, login, tags: [...new Set(about.tags)] };
    await store.write('inviteUser', { ...asked, user, link: newLink(this.parts, userMails.invitation) });
    return { id };
  }

  /** Refuses with `not-found`, `forbidden`, `busy`, or `conflict` if the user has joined. */
  async resend(asked: AskedByUser, id: string): Promise<void> {
    const { store } = this.parts;
    const user = await userById(store.reader, id);
    if (user === null || user.domainId !== asked.domainId) throw new RollcallError('not-found');
    if ((await passwordHashOf(store.reader, id)) !== null) throw new RollcallError('conflict', { reason: 'already-joined' });
    this.demandMail(asked, user.email);
    await store.write('resendInvitation', { ...asked, id, link: newLink(this.parts, userMails.invitation) });
  }

  /** The owner of this link; reading it changes nothing. Refuses with `link-not-valid` or `busy`. */
  async show(token: string, address: string): Promise<Invitation> {
    const { user, domain, organization } = await this.linked(token, address);
    return { user, domain, organization };
  }

  /** D2: accepts the invitation with a password. Refuses with `link-not-valid`, `invalid-request`, `password-weak` or `busy`. */
  async accept(token: string, password: string, from: From): Promise<{ user: string }> {
    const { store, passwords, clock, random } = this.parts;
    const { user, email, hash } = await this.linked(token, from.address);
    demandGoodPassword(password, email, ...namesOf(user));
    const passwordHash = await passwords.hash(password, from.address);
    await store.write('acceptInvitation', {
      ...from,
      now: clock(),
      tokenHash: hash,
      passwordHash,
      accountId: newRowId(random),
      actor: user,
    });
    return { user };
  }

  /** Refuses with `not-found`, `forbidden`, `invalid-request`, `last-domain-admin` or `busy`. */
  async change(asked: AskedByUser, id: string, { role, billing, tags, email }: UserChange): Promise<void> {
    const { store } = this.parts;
    const user = await userById(store.reader, id);
    if (user === null || user.domainId !== asked.domainId) throw new RollcallError('not-found');
    const isMailed = email !== undefined && email !== user.email && (await passwordHashOf(store.reader, id)) === null;
    if (isMailed) this.demandMail(asked, email);
    await store.write('changeUser', {
      ...asked,
      id,
      role: role ?? null,
      billing: billing ?? null,
      tags: tags === undefined ? null : [...new Set(tags)],
      email: email ?? null,
      link: newLink(this.parts, userMails.invitation),
    });
  }

  private demandMail({ domainId, now }: AskedByUser, recipient: string): void {
    this.parts.limits.askedMail(String(domainId), recipient, now);
  }

  private async linked(token: string, address: string): Promise<Invitation & { email: string; hash: string }> {
    const { user, domain, hash } = await linkedUser(this.parts, 'invitation', token, address);
    if (['unconfirmed', 'closed'].includes(statusOf(domain, this.parts.clock()))) throw new RollcallError('link-not-valid');
    return { user: userOf(user.login), domain: domain.name, organization: domain.organization, email: user.email, hash };
  }
}
