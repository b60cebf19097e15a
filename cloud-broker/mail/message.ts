import type { SendMailOptions } from 'nodemailer';
import type { Language } from '../../protocol/errors.ts';
import type { RenderedMail } from './templates.ts';

/** A mail as it is handed over: the same each time it is tried. */
export interface OutgoingMail {
  /** Of its row in the outbox. */
  id: number;
  template: string;
  recipient: string;
  language: Language;
  /** Without `<` and `>`. Derived from the row, so that a mail that came twice can be recognised. */
  messageId: string;
  /** When it was put into the outbox; ms since 1970. */
  createdAt: number;
  rendered: RenderedMail;
}

/** Headers and parts for nodemailer. Addresses are given as they are, so that none is read out of a text. */
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
