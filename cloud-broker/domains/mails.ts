import { plainMail } from '../mail/mail-kind.ts';

export const domainMails = {
  /** D8. `askedBy`: the user who closes it. */
  domainClosing: plainMail<{ name: string; closesAt: number; askedBy: string }>('domain-closing'),
};
