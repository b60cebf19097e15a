/** Phrases shared by the mails of several capabilities. */
import type { Block, Letter } from './letter.ts';

export const moment = new Intl.DateTimeFormat('en-GB', { dateStyle: 'long', timeStyle: 'short', timeZone: 'UTC' });
export const day = new Intl.DateTimeFormat('en-GB', { dateStyle: 'long', timeZone: 'UTC' });
const whole = new Intl.NumberFormat('en-GB');
export const creditsOf = (count: number): string => (count === 1 ? '1 credit' : `${whole.format(count)} credits`);
export const days = (count: number): string => (count === 1 ? '1 day' : `${count} days`);

export const LINK_RULES = 'The link is valid for 48 hours and works only once; a newer e-mail replaces it.';
export const NOT_YOU = 'If you did not expect this e-mail, ignore it: nothing will change.';

export function letter(home: string, subject: string, blocks: readonly Block[]): Letter {
  return { subject, blocks: ['Hello,', ...blocks, `This e-mail was sent by Rollcall, ${home}. Replies are not read.`] };
}

export function redeeming(home: string): Block {
  return {
    steps: [
      `Sign in to your domain at ${home}.`,
      'Click the user icon, then select Billing.',
      'Type the product key into PIN code number, then click Use.',
    ],
  };
}
