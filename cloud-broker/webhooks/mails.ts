import { plainMail } from '../mail/mail-kind.ts';

export const webhookMails = {
  /** `host`: the webhook's host; `reason`: it answered 410, or failed without exception for 5 days. */
  webhookOff: plainMail<{ name: string; host: string; reason: 'gone' | 'failing' }>('webhook-off'),
};
