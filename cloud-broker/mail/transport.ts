import type { SendResult } from './rules.ts';
import type { OutgoingMail } from './message.ts';

/** Where mails go. */
export interface MailTransport {
  /** Resolves with what became of it; rejects only where the service itself is at fault. */
  send(mail: OutgoingMail, signal: AbortSignal): Promise<SendResult>;
}
