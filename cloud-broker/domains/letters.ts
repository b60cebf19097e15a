import { registerMails } from '../mail/mail-kind.ts';
import { english } from './letters-en.ts';
import { french } from './letters-fr.ts';
import { domainMails } from './mails.ts';

export const domainLetters = registerMails(domainMails, { en: english, fr: french });
