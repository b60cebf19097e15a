import { registerMails } from '../mail/mail-kind.ts';
import { english } from './letters-en.ts';
import { french } from './letters-fr.ts';
import { portalMails } from './mails.ts';

export const portalLetters = registerMails(portalMails, { en: english, fr: french });
