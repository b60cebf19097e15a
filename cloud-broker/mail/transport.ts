import type { SendResult } from './rules.ts';
import type { OutgoingMail } from './message.ts';

/** Where mails go. */
export interface MailTransport {
  /** Resolves with the result; rejects only if the service itself is at fault. */
  send(mail: OutgoingMail, signal: AbortSignal): Promise<SendResult>;
}
