import type { SendMailOptions } from 'nodemailer';
import type { Language } from '../../protocol/errors.ts';
import type { RenderedMail } from './templates.ts';

/** A mail as it is handed over: the same at each attempt. */
export interface OutgoingMail {
  /** The id of its row in the outbox. */
  id: number;
  template: string;
  recipient: string;
  language: Language;
  /** Without `<` and `>`. Derived from the row, so that a mail received twice can be recognised. */
  messageId: string;
  /** When it was put in the outbox; ms since 1970. */
  createdAt: number;
  rendered: RenderedMail;
}

/** Headers and parts for nodemailer. Addresses are passed as fields, so that none is parsed out of a text. */
export function messageOf(mail: OutgoingMail, from: string): SendMailOptions {
  const { subject, text, html } = mail.rendered;
  return {
    from: { name: 'Rollcall', address: from },
    to: { name: '', address: mail.recipient },
    envelope: { from, to: [mail.recipient] },
    messageId: `<${mail.messageId}>`,
    date: new Date(mail.createdAt),
    subject,
    text,
    html,
    headers: { 'Content-Language': mail.language, 'Auto-Submitted': 'auto-generated' },
    disableFileAccess: true,
    disableUrlAccess: true,
  };
}
