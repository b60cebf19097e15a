import { registerMails } from '../mail/mail-kind.ts';
import { english } from './letters-en.ts';
import { french } from './letters-fr.ts';
import { userMails } from './mails.ts';

export const userLetters = registerMails(userMails, { en: english, fr: french });
