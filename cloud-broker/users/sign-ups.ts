import { userMails } from './mails.ts';
import type { Activation, NameVerdict } from '../../protocol/api-access.ts';
import { RollcallError, type Language } from '../../protocol/errors.ts';
import { readEmail } from '../../protocol/email.ts';
import { domainName } from '../../protocol/text.ts';
import { demandPassword, mailLater, newLink, newRowId, type AccessParts } from '../identity/access.ts';
import { demandEmail } from '../identity/emails.ts';
import { demandGoodPassword } from '../identity/password-rules.ts';
import { passwordHashOf, type NewUser, type UserRow } from './rows.ts';
import type { DomainRow } from '../domains/rows.ts';
import { isNameFree } from '../domains/queries/names.ts';
import { FIRST_USER, loginAddress, namesOf, userOf } from './login-names.ts';
import { linkedUser } from './linked-user.ts';

export interface SignUp {
  name: string;
  email: string;
  password: string;
  organization: string;
  contactName: string;
  phone: string;
  language: Language;
}

/** D1, D2: how a domain is created: sign-up, mail, activation by link and password. */
export class SignUps {
  private readonly parts: AccessParts;

  constructor(parts: AccessParts) {
    this.parts = parts;
  }

  /** D1: whether a name is available, checked while typing. Refuses with `busy`. */
  async checkName(name: string, address: string): Promise<NameVerdict> {
    const { limits, store, clock } = this.parts;
    const now = clock();
    limits.nameCheck(address, now);
    const isValid = domainName.safeParse(name).success;
    const available = isValid && (await isNameFree(store.reader, name, now));
    const code = available ? null : isValid ? 'name-taken' : 'name-invalid';
    return { name, available, code, user: `${FIRST_USER}@${name}` };
  }

  /**
   * D1: creates the domain and mails the link. Refuses with `name-invalid`, `name-taken`, `invalid-request`, `password-weak`, or `busy`: too many
   * from this address, or mails to this e-mail. Never reveals whether the e-mail is already in use.
   */
  async signUp(about: SignUp, address: string): Promise<Activation & { email: string }> {
    const { limits, store, clock } = this.parts;
    const { password, name, ...rest } = about;
    if (!domainName.safeParse(name).success) throw new RollcallError('name-invalid');
    const email = demandEmail(about.email);
    demandGoodPassword(password, email, ...namesOf(`${FIRST_USER}@${name}`));
    limits.signUp(address, clock());
    if (!(await isNameFree(store.reader, name, clock()))) throw new RollcallError('name-taken');
    if (!limits.unaskedMail('sign-up', email, clock())) throw new RollcallError('busy', { retryAfterS: 60 });
    const owner = await this.firstUser({ domain: name, email, password, language: about.language }, address);
    const link = newLink(this.parts, userMails.activation);
    await store.write('signUp', { ...rest, now: clock(), name, email, owner, link });
    return { name, organization: about.organization, user: userOf(owner.login), email };
  }

  /** D6: creates `admin@domain` for storing with its domain. Refuses with `invalid-request`, `password-weak` or `busy`. */
  async firstUser(
    about: { domain: string; email: string; password: string; language: Language },
    address = 'operator',
  ): Promise<NewUser> {
    const { passwords, random } = this.parts;
    const { domain, password, language } = about;
    const email = demandEmail(about.email);
    demandGoodPassword(password, email, ...namesOf(`${FIRST_USER}@${domain}`));
    return {
      id: newRowId(random),
      accountId: newRowId(random),
      name: FIRST_USER,
      login: loginAddress(FIRST_USER, domain),
      email,
      role: 'domain-admin',
      billing: true,
      tags: [],
      language,
      passwordHash: await passwords.hash(password, address),
    };
  }

  /** D2: a new mail if the sign-up exists; the response is the same in any case. Refuses with `busy` by address only. */
  resend(name: string, typed: string, address: string): void {
    const { limits, store } = this.parts;
    mailLater(this.parts, address, async (now) => {
      const email = readEmail(typed);
      if (email === null || !limits.unaskedMail('sign-up', email, now)) return;
      await store.write('resendActivation', { now, name, email, link: newLink(this.parts, userMails.activation) });
    });
  }

  /** D2: the sign-up of this link; reading it changes nothing. Refuses with `link-not-valid` or `busy`. */
  async show(token: string, address: string): Promise<Activation> {
    return shown(await linkedUser(this.parts, 'activation', token, address));
  }

  /**
   * D2: activates only with both the link and the password chosen at sign-up. Refuses with `link-not-valid`, `password-wrong` (the link stays valid)
   * or `busy`.
   */
  async activate(token: string, password: string, address: string): Promise<Activation> {
    const { limits, store, clock } = this.parts;
    const found = await linkedUser(this.parts, 'activation', token, address);
    const activation = shown(found);
    limits.pair(`link ${found.hash}`, address, clock(), 60);
    await demandPassword(this.parts, await passwordHashOf(store.reader, found.user.id), password, address);
    await store.write('activateByLink', { now: clock(), tokenHash: found.hash, actor: activation.user, address });
    return activation;
  }
}

function shown({ domain, user }: { domain: DomainRow; user: UserRow }): Activation {
  return { name: domain.name, organization: domain.organization, user: userOf(user.login) };
}
