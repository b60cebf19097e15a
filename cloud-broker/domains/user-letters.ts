import { registerMails } from '../mail/mail-kind.ts';
import { english } from './user-letters-en.ts';
import { french } from './user-letters-fr.ts';
import { userMails } from './user-mails.ts';

export const userLetters = registerMails(userMails, { en: english, fr: french });
