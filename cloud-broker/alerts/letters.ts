import { registerMails } from '../mail/mail-kind.ts';
import { english } from './letters-en.ts';
import { french } from './letters-fr.ts';
import { alertMails } from './mails.ts';

export const alertLetters = registerMails(alertMails, { en: english, fr: french });
