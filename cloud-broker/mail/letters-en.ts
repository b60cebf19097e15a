import type { Block, Letter } from './letter.ts';
import { alertsEnglish } from './alerts-en.ts';
import type { Letters } from './letters.ts';

const moment = new Intl.DateTimeFormat('en-GB', { dateStyle: 'long', timeStyle: 'short', timeZone: 'UTC' });
const day = new Intl.DateTimeFormat('en-GB', { dateStyle: 'long', timeZone: 'UTC' });
const whole = new Intl.NumberFormat('en-GB');
const creditsOf = (count: number): string => (count === 1 ? '1 credit' : `${whole.format(count)} credits`);
const days = (count: number): string => (count === 1 ? '1 day' : `${count} days`);

const LINK_RULES = 'The link is valid for 48 hours and works once; a newer mail makes it void.';
const NOT_YOU = 'If you did not expect this mail, do nothing: nothing changes.';

function letter(home: string, subject: string, blocks: readonly Block[]): Letter {
  return { subject, blocks: ['Hello,', ...blocks, `This mail was sent by Rollcall, ${home}. Answers to it are not read.`] };
}

function redeeming(home: string): Block {
  return {
    steps: [
      `Sign in to your domain at ${home}.`,
      'Click the user icon, then select Billing.',
      'Type the product key into PIN code number, then click Use.',
    ],
  };
}

export const english: Letters = {
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
  'portal-activation': ({ person }, { home, link }) =>
    letter(home, 'Activate your Admin Portal account', [
      `An Admin Portal account for ${person} was created with this e-mail address.`,
      'To activate it, open the page below, type the password chosen at sign-up and click Activate.',
      { link, label: 'Activate the account' },
      LINK_RULES,
      NOT_YOU,
    ]),
  'portal-reset': ({ person }, { home, link }) =>
    letter(home, 'Choose a new password for the Admin Portal', [
      `A new password was asked for the Admin Portal account of ${person}.`,
      { link, label: 'Reset password' },
      LINK_RULES,
      NOT_YOU,
    ]),
  'portal-invitation': ({ organization, invitedBy }, { home, link }) =>
    letter(home, 'You are invited to an organization in the Admin Portal', [
      `${invitedBy} invites you to the organization ${organization} in the Admin Portal, where its subscriptions and product keys are.`,
      { link, label: 'Accept the invitation' },
      LINK_RULES,
      NOT_YOU,
    ]),
  'product-key': ({ credits }, { home, key }) =>
    letter(home, `Your product key: ${creditsOf(credits)}`, [
      `This product key brings ${creditsOf(credits)}. A credit is one device managed for one day.`,
      { code: key },
      'To redeem its credits:',
      redeeming(home),
      'The key can be redeemed once, by one domain: whoever has it can use it. If you have trouble redeeming it, contact support.',
    ]),
  'trial-ending': ({ name, days: left, trialEndsAt }, { home }) =>
    letter(home, `The trial of ${name} ends in ${days(left)}`, [
      `The 30-day trial of the domain ${name} ends on ${moment.format(trialEndsAt)} UTC.`,
      'To go on after that, redeem credits: enrol a display that comes with credits, or buy credits from a reseller and redeem the product key:',
      redeeming(home),
      'Without credits your devices stay enrolled and their heartbeats are recorded, but other changes have to wait until credits come.',
    ]),
  ...alertsEnglish,
  'webhook-off': ({ name, host, reason }, { home }) =>
    letter(home, `A webhook of ${name} was switched off`, [
      reason === 'gone'
        ? `The server ${host} answered that it wants no more events of the domain ${name}, so its webhook was switched off.`
        : `The server ${host} took no event of the domain ${name} for 5 days, so its webhook was switched off.`,
      'What happens while it is off is not sent later. Correct the server, send a test under Webhooks, then switch it on.',
      { link: `${home}/webhooks`, label: 'Open the webhooks' },
    ]),
  'wrong-codes': ({ user, codes }, { home }) =>
    letter(home, `Wrong codes of the second factor for ${user}`, [
      `Somebody typed the right password of the user ${user}, and then ${codes} wrong codes of the second factor. Nobody was let in. The next codes have to wait, for an hour at most.`,
      'If it was not you, somebody knows your password. Choose another one now:',
      { link: `${home}/forgot`, label: 'Choose a new password' },
      'If it was you, check that the clock of your phone is right, wait, and type the code that the app shows then, or a recovery code.',
    ]),
  'domain-closing': ({ name, closesAt, askedBy }, { home }) =>
    letter(home, `The domain ${name} will be closed on ${day.format(closesAt)}`, [
      `${askedBy} asked to close the domain ${name}. It will be closed on ${moment.format(closesAt)} UTC: its devices are unenrolled, nobody can sign in any more, and its credits are lost.`,
      'Until then a domain admin can withdraw this in Settings:',
      { link: home, label: 'Sign in' },
    ]),
};
