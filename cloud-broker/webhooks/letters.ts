import { registerMails } from '../mail/mail-kind.ts';
import { english } from './letters-en.ts';
import { french } from './letters-fr.ts';
import { webhookMails } from './mails.ts';

export const webhookLetters = registerMails(webhookMails, { en: english, fr: french });
