import { linkMail, plainMail } from '../mail/mail-kind.ts';

/** The recipient: `user` is `name@domain`, `name` the domain's name, `organization` as it was typed. */
interface UserOfDomain {
  user: string;
  name: string;
  organization: string;
}

export const userMails = {
  activation: linkMail<UserOfDomain>('activation', '/activate'),
  reset: linkMail<UserOfDomain>('reset', '/reset'),
  /** `invitedBy`: `name@domain` of the inviting user. */
  invitation: linkMail<UserOfDomain & { invitedBy: string }>('invitation', '/invitation'),
  /** D6: `codes` wrong codes in a row, from somebody who knows the user's password. */
  wrongCodes: plainMail<{ user: string; codes: number }>('wrong-codes'),
};
