import { linkMail, plainMail } from '../mail/mail-kind.ts';

/** Whose mail: `user` is `name@domain`, `name` the domain's, `organization` as somebody typed it. */
interface UserOfDomain {
  user: string;
  name: string;
  organization: string;
}

export const userMails = {
  activation: linkMail<UserOfDomain>('activation', '/activate'),
  reset: linkMail<UserOfDomain>('reset', '/reset'),
  /** `invitedBy`: `name@domain` of who invites. */
  invitation: linkMail<UserOfDomain & { invitedBy: string }>('invitation', '/invitation'),
  /** D6: `codes` wrong ones in a row, by somebody who knows the user's password. */
  wrongCodes: plainMail<{ user: string; codes: number }>('wrong-codes'),
};
