import type { Language } from '../../protocol/errors.ts';
import type { MailKind } from './mail-kind.ts';
import type { WriteContext } from '../store/commit.ts';

/** A mail requested by an operation, in the transaction of the change it reports. */
export interface Mail<Kind extends MailKind> {
  domainId: number | null;
  recipient: string;
  language: Language;
  data: NonNullable<Kind['facts']>;
  /**
   * The token of its link, or the product key in groups, sealed by `Secrets.seal('mail', template, …)`, as the store holds none in the clear. Null
   * for other mails.
   */
  secret: Kind['encloses'] extends 'nothing' ? null : Uint8Array;
}

/**
 * Puts a mail in the outbox: it is sent after the commit, and again after a crash until it is known to be sent. A link replaces the same link still
 * waiting, which is void by now (D2).
 */
export async function putMail<Kind extends MailKind>(
  context: WriteContext,
  kind: Kind,
  mail: Mail<Kind>,
  now: number,
): Promise<void> {
  const { tx } = context;
  const data = JSON.stringify(mail.data);
  if (kind.linkPath !== null) {
    tx.send(
      'DELETE FROM outbox WHERE recipient = ? AND template = ? AND data = ? AND sent_at IS NULL AND given_up_at IS NULL',
      mail.recipient,
      kind.template,
      data,
    );
  }
  const id = await tx.insert(
    'INSERT INTO outbox (domain_id, recipient, template, language, data, secret, created_at, next_try_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?)',
    mail.domainId,
    mail.recipient,
    kind.template,
    mail.language,
    data,
    mail.secret,
    now,
    now,
  );
  context.mailed(id);
}
