import { userMails } from './mails.ts';
import type { Activation, NameVerdict } from '../../protocol/api-access.ts';
import { RollcallError, type Language } from '../../protocol/errors.ts';
import { readEmail } from '../../protocol/email.ts';
import { domainName } from '../../protocol/text.ts';
import { tokenHash } from '../keys/secrets.ts';
import { passwordHashOf, userById, type NewUser } from './rows.ts';
import { domainById } from '../domains/rows.ts';
import { isNameFree } from '../domains/queries/names.ts';
import { liveToken } from './tokens.ts';
import { afterTheAnswer, newLink, newRowId, type AccessParts } from './access-parts.ts';
import { FIRST_USER, loginAddress, userOf } from './login-names.ts';
import { demandGoodPassword, namesToAvoid } from './password-rules.ts';

export interface SignUp {
  name: string;
  email: string;
  password: string;
  organization: string;
  contactName: string;
  phone: string;
  language: Language;
}

const busy = (): RollcallError => new RollcallError('busy', { retryAfterS: 60 });

/** An e-mail as it is stored. Refuses with `invalid-request`. */
export function demandEmail(typed: string): string {
  const email = readEmail(typed);
  if (email === null) throw new RollcallError('invalid-request', { field: 'email' });
  return email;
}

/** D1, D2: how a domain begins: signed up, mailed, activated by link and password. */
export class SignUps {
  private readonly parts: AccessParts;

  constructor(parts: AccessParts) {
    this.parts = parts;
  }

  /** D1: whether a name can be had, as it is typed. Refuses with `busy`. */
  async checkName(name: string, address: string): Promise<NameVerdict> {
    const { limits, store, clock } = this.parts;
    const now = clock();
    if (!limits.nameCheck(address, now)) throw busy();
    const isValid = domainName.safeParse(name).success;
    const available = isValid && (await isNameFree(store.reader, name, now));
    const code = available ? null : isValid ? 'name-taken' : 'name-invalid';
    return { name, available, code, user: `${FIRST_USER}@${name}` };
  }

  /**
   * D1: lays the domain down and mails the link. Refuses with `name-invalid`, `name-taken`, `invalid-request`, `password-weak`, or
   * `busy`: too many from this address, or mails to this e-mail. Whether anybody has the e-mail already is never said.
   */
  async signUp(about: SignUp, address: string): Promise<Activation & { email: string }> {
    const { limits, store, clock } = this.parts;
    const { password, name, ...rest } = about;
    if (!domainName.safeParse(name).success) throw new RollcallError('name-invalid');
    const email = demandEmail(about.email);
    demandGoodPassword(password, namesToAvoid({ name: FIRST_USER, domain: name, email }));
    if (!limits.signUp(address, clock())) throw busy();
    if (!(await isNameFree(store.reader, name, clock()))) throw new RollcallError('name-taken');
    if (!limits.unaskedMail('sign-up', email, clock())) throw busy();
    const owner = await this.firstUser({ domain: name, email, password, language: about.language }, address);
    const link = newLink(this.parts, userMails.activation);
    await store.write('signUp', { ...rest, now: clock(), name, email, owner, link });
    return { name, organization: about.organization, user: userOf(owner.login), email };
  }

  /** D6: `admin@domain`, to be stored with its domain. Refuses with `invalid-request`, `password-weak` or `busy`. */
  async firstUser(
    about: { domain: string; email: string; password: string; language: Language },
    address = 'operator',
  ): Promise<NewUser> {
    const { passwords, random } = this.parts;
    const { domain, password, language } = about;
    const email = demandEmail(about.email);
    demandGoodPassword(password, namesToAvoid({ name: FIRST_USER, domain, email }));
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

  /** D2: another mail, if there is such a sign-up; who asks gets the same answer in any case. Refuses with `busy` by address only. */
  resend(name: string, typed: string, address: string): void {
    const { limits, store, clock } = this.parts;
    const now = clock();
    if (!limits.mailAsk(address, now)) throw busy();
    afterTheAnswer(this.parts, async () => {
      const email = readEmail(typed);
      if (email === null || !limits.unaskedMail('sign-up', email, now)) return;
      await store.write('resendActivation', { now, name, email, link: newLink(this.parts, userMails.activation) });
    });
  }

  /** D2: whose link this is; looking changes nothing. Refuses with `link-not-valid` or `busy`. */
  async show(token: string, address: string): Promise<Activation> {
    const { userId: _, ...shown } = await this.linked(token, address);
    return shown;
  }

  /**
   * D2: activates with the link and the password chosen at sign-up, and only then. Refuses with `link-not-valid`,
   * `password-wrong` (the link stays good) or `busy`.
   */
  async activate(token: string, password: string, address: string): Promise<Activation> {
    const { limits, store, passwords, clock } = this.parts;
    const { userId, ...shown } = await this.linked(token, address);
    const hash = tokenHash(token);
    if (!limits.pair(`link ${hash}`, address, clock())) throw busy();
    if (!(await passwords.verify(await passwordHashOf(store.reader, userId), password, address)))
      throw new RollcallError('password-wrong');
    await store.write('activateByLink', { now: clock(), tokenHash: hash, actor: shown.user, address });
    return shown;
  }

  private async linked(token: string, address: string): Promise<Activation & { userId: string }> {
    const { limits, store, clock } = this.parts;
    const now = clock();
    if (!limits.link(address, now)) throw busy();
    const found = await liveToken(store.reader, tokenHash(token), 'activation', now);
    const domain = found === null ? null : await domainById(store.reader, found.domainId);
    const user = found === null ? null : await userById(store.reader, found.userId);
    if (domain === null || user === null) throw new RollcallError('link-not-valid');
    return { name: domain.name, organization: domain.organization, user: userOf(user.login), userId: user.id };
  }
}
