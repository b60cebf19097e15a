/** The mails of users: links to activate, to reset and to accept, and wrong codes. */
import type { Letters } from '../mail/mail-kind.ts';
import { LINK_RULES, NOT_YOU, letter } from '../mail/phrases-en.ts';
import type { userMails } from './mails.ts';

export const english: Letters<typeof userMails> = {
  activation: ({ name, organization, user }, { home, link }) =>
    letter(home, `Activate your domain ${name}`, [
      `The domain ${name} (${organization}) was created with this e-mail address.`,
      'To activate it, open the page below, type the password chosen at sign-up and click Activate. The 30-day trial begins then.',
      { link, label: `Activate ${name}` },
      `${LINK_RULES} Once activated, sign in as ${user}.`,
      NOT_YOU,
    ]),
  reset: ({ name, organization, user }, { home, link }) =>
    letter(home, `Choose a new password for ${user}`, [
      `A new password was asked for the user ${user} of the domain ${name} (${organization}).`,
      { link, label: 'Reset password' },
      `${LINK_RULES} The new password ends all sessions of this user.`,
      NOT_YOU,
    ]),
  invitation: ({ name, organization, user, invitedBy }, { home, link }) =>
    letter(home, `You are invited to the domain ${name}`, [
      `${invitedBy} invites you to the domain ${name} (${organization}), where interactive displays are managed. You will sign in as ${user}.`,
      'To accept, open the page below and choose a password.',
      { link, label: 'Accept the invitation' },
      LINK_RULES,
      NOT_YOU,
    ]),
  wrongCodes: ({ user, codes }, { home }) =>
    letter(home, `Wrong codes of the second factor for ${user}`, [
      `Somebody typed the right password of the user ${user}, and then ${codes} wrong codes of the second factor. Nobody was let in. The next codes have to wait, for an hour at most.`,
      'If it was not you, somebody knows your password. Choose another one now:',
      { link: `${home}/forgot`, label: 'Choose a new password' },
      'If it was you, check that the clock of your phone is right, wait, and type the code that the app shows then, or a recovery code.',
    ]),
};
