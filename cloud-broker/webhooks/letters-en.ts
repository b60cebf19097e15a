/** The mails of webhooks. */
import type { Letters } from '../mail/mail-kind.ts';
import { letter } from '../mail/phrases-en.ts';
import type { webhookMails } from './mails.ts';

export const english: Letters<typeof webhookMails> = {
  webhookOff: ({ name, host, reason }, { home }) =>
    letter(home, `A webhook of ${name} was switched off`, [
      reason === 'gone'
        ? `The server ${host} answered that it wants no more events from the domain ${name}, so its webhook was switched off.`
        : `The server ${host} accepted no events from the domain ${name} for 5 days, so its webhook was switched off.`,
      'Events that happen while it is off are not sent later. Fix the server, send a test under Webhooks, then switch the webhook on again.',
      { link: `${home}/webhooks`, label: 'Open the webhooks' },
    ]),
};
