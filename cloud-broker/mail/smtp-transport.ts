import { createTransport, type SendMailOptions } from 'nodemailer';
import type { SendResult } from './back-off.ts';
import { messageOf, type OutgoingMail } from './message.ts';
import type { SmtpSettings } from './smtp-settings.ts';
import type { MailTransport } from './transport.ts';

const CONNECT_MS = 10_000;
const SILENCE_MS = 30_000;
/** Longest for one mail as a whole, however busy the other side keeps the line. */
const MAIL_MS = 60_000;

/** What nodemailer says of a failed try. */
interface SmtpError {
  code?: string;
  /** Of the system or of TLS, such as ECONNREFUSED. */
  originalCode?: string;
  responseCode?: number;
  command?: string;
  response?: string;
}

/** Codes only, such as `EENVELOPE RCPT TO 550 5.1.1`: the other side's sentences name the address. */
function failureOf({ code, originalCode, responseCode, command, response }: SmtpError): string {
  const enhanced = /^\d{3}[ -](\d\.\d{1,3}\.\d{1,3})\b/.exec(response ?? '')?.[1];
  return [code, command, originalCode, responseCode, enhanced].filter((part) => part !== undefined).join(' ') || 'unknown';
}

/** 421: going away; 530 to 538: sign in first, or otherwise. They say nothing about a mail. */
const ABOUT_THE_SESSION: ReadonlySet<number> = new Set([421, 530, 534, 535, 538]);

/** An answer to the recipient or to the text is about this mail; anything else is about the server, and true for every other mail too. */
export function smtpFailure(error: SmtpError): Exclude<SendResult, { kind: 'sent' }> {
  const { command, responseCode = 0 } = error;
  const isAboutMail =
    (command === 'RCPT TO' || command === 'DATA') && responseCode >= 400 && !ABOUT_THE_SESSION.has(responseCode);
  const kind = isAboutMail ? (responseCode >= 500 ? 'refused' : 'later') : 'server';
  return { kind, failure: failureOf(error) };
}

/**
 * Hands mails to an SMTP server. Its certificate is always checked; without TLS only on this machine itself. `name`: what the service
 * calls itself there.
 */
export function smtpTransport(settings: SmtpSettings, about: { from: string; name: string }): MailTransport {
  const { host, port, security, user } = settings;
  const transport = createTransport({
    host,
    port,
    name: about.name,
    secure: security === 'tls',
    requireTLS: security === 'starttls',
    ignoreTLS: security === 'none',
    tls: { rejectUnauthorized: true, minVersion: 'TLSv1.2' },
    ...(user === null ? {} : { auth: { user: user.name, pass: user.password } }),
    connectionTimeout: CONNECT_MS,
    greetingTimeout: CONNECT_MS,
    dnsTimeout: CONNECT_MS,
    socketTimeout: SILENCE_MS,
    logger: false,
    debug: false,
  });
  return {
    async send(mail: OutgoingMail, signal: AbortSignal) {
      const options: SendMailOptions & { signal: AbortSignal } = {
        ...messageOf(mail, about.from),
        signal: AbortSignal.any([signal, AbortSignal.timeout(MAIL_MS)]),
      };
      try {
        await transport.sendMail(options);
        return { kind: 'sent' };
      } catch (error) {
        return smtpFailure(error as SmtpError);
      }
    },
  };
}
