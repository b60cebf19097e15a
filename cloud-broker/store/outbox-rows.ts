import type { Language } from '../../protocol/errors.ts';
import type { Sql } from './sql.ts';

/** What a mail is about; its words are in mail/. */
export type MailTemplate =
  | 'activation'
  | 'reset'
  | 'invitation'
  | 'portal-activation'
  | 'portal-reset'
  | 'portal-invitation'
  | 'product-key'
  | 'trial-ending'
  | 'domain-closing';

/** A mail as an operation asks for it, in the transaction of what it tells about. */
export interface Mail {
  domainId: number | null;
  recipient: string;
  template: MailTemplate;
  language: Language;
  /** What the words need and may be stored as it is: names, dates, numbers. */
  data: Record<string, string | number>;
  /** The token of its link, or a key: sealed by `Secrets.seal('mail', template, …)`, as the store holds none in the clear. */
  secret: Uint8Array | null;
}

/** Puts a mail into the outbox: it is sent after the commit, and again after a crash until it is known to be sent. */
export function putMail(sql: Sql, mail: Mail, now: number): number {
  return sql.insert(
    'INSERT INTO outbox (domain_id, recipient, template, language, data, secret, created_at, next_try_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?)',
    mail.domainId,
    mail.recipient,
    mail.template,
    mail.language,
    JSON.stringify(mail.data),
    mail.secret,
    now,
    now,
  );
}
