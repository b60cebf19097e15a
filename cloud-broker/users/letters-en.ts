/** Mails to users: activation, reset and invitation links, and wrong codes. */
import type { Letters } from '../mail/mail-kind.ts';
import { LINK_RULES, NOT_YOU, letter } from '../mail/phrases-en.ts';
import type { userMails } from './mails.ts';

export const english: Letters<typeof userMails> = {
  activation: ({ name, organization, user }, { home, link }) =>
    letter(home, `Activate your domain ${name}`, [
      `The domain ${name} (${organization}) was created with this e-mail address.`,
      'To activate it, open the page below, type the password you chose at sign-up and click Activate. This starts the 30-day trial.',
      { link, label: `Activate ${name}` },
      `${LINK_RULES} Once the domain is activated, sign in as ${user}.`,
      NOT_YOU,
    ]),
  reset: ({ name, organization, user }, { home, link }) =>
    letter(home, `Choose a new password for ${user}`, [
      `A new password was requested for the user ${user} of the domain ${name} (${organization}).`,
      { link, label: 'Reset password' },
      `${LINK_RULES} The new password ends all sessions of this user.`,
      NOT_YOU,
    ]),
  invitation: ({ name, organization, user, invitedBy }, { home, link }) =>
    letter(home, `You have been invited to the domain ${name}`, [
      `${invitedBy} has invited you to the domain ${name} (${organization}), where interactive displays are managed. You will sign in as ${user}.`,
      'To accept, open the page below and choose a password.',
      { link, label: 'Accept the invitation' },
      LINK_RULES,
      NOT_YOU,
    ]),
  wrongCodes: ({ user, codes }, { home }) =>
    letter(home, `Wrong second-factor codes for ${user}`, [
      `Someone entered the correct password of the user ${user}, and then ${codes} wrong second-factor codes. Access was denied. Further codes must wait, for an hour at most.`,
      'If this was not you, someone knows your password. Choose a new one now:',
      { link: `${home}/forgot`, label: 'Choose a new password' },
      'If this was you, check that your phone’s clock is right, wait, and type the code that the app then shows, or a recovery code.',
    ]),
};
