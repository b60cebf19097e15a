/** The Admin Portal's e-mails. */
import type { Letters } from '../mail/mail-kind.ts';
import { LINK_RULES, NOT_YOU, letter } from '../mail/phrases-en.ts';
import type { portalMails } from './mails.ts';

export const english: Letters<typeof portalMails> = {
  activation: ({ person }, { home, link }) =>
    letter(home, 'Activate your Admin Portal account', [
      `An Admin Portal account for ${person} was created with this e-mail address.`,
      'To activate it, open the page below, type the password you chose at sign-up and click Activate.',
      { link, label: 'Activate the account' },
      LINK_RULES,
      NOT_YOU,
    ]),
  reset: ({ person }, { home, link }) =>
    letter(home, 'Choose a new password for the Admin Portal', [
      `A new password was requested for the Admin Portal account of ${person}.`,
      { link, label: 'Reset password' },
      LINK_RULES,
      NOT_YOU,
    ]),
  invitation: ({ organization, invitedBy }, { home, link }) =>
    letter(home, 'You have been invited to an organization in the Admin Portal', [
      `${invitedBy} has invited you to the organization ${organization} in the Admin Portal, where its subscriptions and product keys are.`,
      { link, label: 'Accept the invitation' },
      LINK_RULES,
      NOT_YOU,
    ]),
};
