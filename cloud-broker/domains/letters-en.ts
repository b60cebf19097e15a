/** E-mails about domains. */
import type { Letters } from '../mail/mail-kind.ts';
import { day, letter, moment } from '../mail/phrases-en.ts';
import type { domainMails } from './mails.ts';

export const english: Letters<typeof domainMails> = {
  domainClosing: ({ name, closesAt, askedBy }, { home }) =>
    letter(home, `The domain ${name} will be closed on ${day.format(closesAt)}`, [
      `${askedBy} has asked to close the domain ${name}. It will be closed on ${moment.format(closesAt)} UTC: its devices will be unenrolled, nobody will be able to sign in any more, and its credits will be forfeited.`,
      'Until then, a domain admin can cancel the closure in Settings:',
      { link: home, label: 'Sign in' },
    ]),
};
