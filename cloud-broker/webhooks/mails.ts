import { plainMail } from '../mail/mail-kind.ts';

export const webhookMails = {
  /** `host`: where it led; `reason`: it answered 410, or did nothing but fail for 5 days. */
  webhookOff: plainMail<{ name: string; host: string; reason: 'gone' | 'failing' }>('webhook-off'),
};
