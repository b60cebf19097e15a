/** The alert e-mails (P7): the subject says it all. */
import type { Block, Letter } from '../mail/letter.ts';
import type { Letters } from '../mail/mail-kind.ts';
import { days as daysOf, letter as plainLetter, moment, redeeming } from '../mail/phrases-en.ts';
import type { AlertMail, alertMails } from './mails.ts';

const whole = new Intl.NumberFormat('en-GB');
const displays = (count: number): string => (count === 1 ? '1 display' : `${whole.format(count)} displays`);

function momentOf({ since, timeZone }: AlertMail, dateStyle?: 'long'): string {
  const format = new Intl.DateTimeFormat('en-GB', { timeStyle: 'short', timeZone, ...(dateStyle && { dateStyle }) });
  return format.format(since);
}

/** One display by its name, several by what they have in common. */
function which({ count, labels, tag, name }: AlertMail): string {
  const [first] = labels;
  return count === 1 && first !== undefined ? first : `${tag ?? name}: ${displays(count)}`;
}

const subjects: Record<AlertMail['kind'], (facts: AlertMail) => string> = {
  lost: (facts) => `${which(facts)} silent since ${momentOf(facts)}`,
  back: (facts) => `${which(facts)} back online`,
  waiting: (facts) => `${which(facts)} waiting for your approval in ${facts.name}`,
  'key-changed': (facts) => `${which(facts)} replaced or cloned?`,
  'take-overs': (facts) => `${which(facts)} possibly cloned: two displays with one identity`,
};

const abouts: Record<AlertMail['kind'], (facts: AlertMail) => string> = {
  lost: (facts) =>
    `The connection to ${displays(facts.count)} of ${facts.name} was lost, the first on ${momentOf(facts, 'long')} (${facts.timeZone}), and nothing has been heard since. Displays that were switched off properly are not included.`,
  back: (facts) => `Contact has been restored with ${displays(facts.count)} of ${facts.name}, silent until now.`,
  waiting: () => 'Approve or reject in the console, which shows the check code to compare with the one on the display.',
  'key-changed': () =>
    'The same serial number asked to enrol with a different key: the display may have been repaired or reset, or something may be impersonating it. Compare the check code and decide in the console.',
  'take-overs': () =>
    'More than 5 times in 10 minutes, the connection was taken over by another one with the same identity: a copied disk, perhaps, or an unreliable network.',
};

function listOf({ count, labels }: AlertMail): Block[] {
  const more = count - labels.length;
  return [[...labels, ...(more > 0 ? [`and ${whole.format(more)} more`] : [])].join(', ')];
}

function letter(home: string, subject: string, blocks: readonly Block[]): Letter {
  const last = `This e-mail was sent by Rollcall, ${home}. Replies are not read. An admin chooses under Alerts which alerts are sent, where and when.`;
  return { subject, blocks: ['Hello,', ...blocks, { link: `${home}/alerts`, label: 'Open the alerts' }, last] };
}

export const english: Letters<typeof alertMails> = {
  alert: (facts, { home }) => letter(home, subjects[facts.kind](facts), [abouts[facts.kind](facts), ...listOf(facts)]),
  trialEnding: ({ name, days: left, trialEndsAt }, { home }) =>
    plainLetter(home, `The trial of ${name} ends in ${daysOf(left)}`, [
      `The 30-day trial of the domain ${name} ends on ${moment.format(trialEndsAt)} UTC.`,
      'To continue after that, redeem credits: enrol a display that comes with credits, or buy credits from a reseller and redeem the product key:',
      redeeming(home),
      'Without credits, your devices stay enrolled and their heartbeats are recorded, but other changes must wait for new credits.',
    ]),
  creditsLow: ({ name, days, credits, devices }, { home }) =>
    letter(home, `${name}: credits for less than ${days === 1 ? '1 day' : `${days} days`}`, [
      `The domain ${name} has ${credits === 1 ? '1 credit' : `${whole.format(credits)} credits`} left and uses ${whole.format(devices)} a day.`,
      'Buy credits from a reseller and redeem the product key in Billing. Without credits, devices stay enrolled and their heartbeats are recorded, but other changes must wait.',
    ]),
};
