/** The mails of product keys. */
import type { Letters } from '../mail/mail-kind.ts';
import { creditsOf, letter, redeeming } from '../mail/phrases-en.ts';
import type { productKeyMails } from './mails.ts';

export const english: Letters<typeof productKeyMails> = {
  productKey: ({ credits }, { home, key }) =>
    letter(home, `Your product key: ${creditsOf(credits)}`, [
      `This product key is worth ${creditsOf(credits)}. One credit is one device managed for one day.`,
      { code: key },
      'To redeem its credits:',
      redeeming(home),
      'The key can be redeemed only once, by one domain: anyone who has it can use it. If you have trouble redeeming it, contact support.',
    ]),
};
