import { registerMails } from '../mail/mail-kind.ts';
import { english } from './letters-en.ts';
import { french } from './letters-fr.ts';
import { productKeyMails } from './mails.ts';

export const productKeyLetters = registerMails(productKeyMails, { en: english, fr: french });
