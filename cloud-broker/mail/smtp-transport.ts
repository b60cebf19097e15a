import type { SendMailOptions } from 'nodemailer';
import type { SendResult } from './rules.ts';
import { messageOf, type OutgoingMail } from './message.ts';
import { isAboutMail, rfcTimes, SmtpWatch, type SmtpPhase, type SmtpTimes } from './smtp-phases.ts';
import type { SmtpSettings } from './smtp-settings.ts';
import type { MailTransport } from './transport.ts';

/** What nodemailer reports about a failed attempt. */
interface SmtpError {
  code?: string;
  /** From the system or TLS, such as ECONNREFUSED. */
  originalCode?: string;
  responseCode?: number;
  command?: string;
  response?: string;
}

/** Codes only, such as `EENVELOPE RCPT TO 550 5.1.1`, because the server's messages name the address. */
function failureOf({ code, originalCode, responseCode, command, response }: SmtpError): string {
  const enhanced = /^\d{3}[ -](\d\.\d{1,3}\.\d{1,3})\b/.exec(response ?? '')?.[1];
  return [code, command, originalCode, responseCode, enhanced].filter((part) => part !== undefined).join(' ') || 'unknown';
}

/** 421: going away; 530 to 538: sign in first, or differently. They say nothing about the mail. */
const ABOUT_THE_SESSION: ReadonlySet<number> = new Set([421, 530, 534, 535, 538]);

/** The whole text was handed over but no answer came. Nobody knows whether the mail was accepted, so it may arrive twice. */
const UNKNOWN = 'after DATA, may have been delivered';

/**
 * An answer to the recipient or the text concerns this mail, and so does a connection lost from MAIL on; anything else concerns the server, and
 * applies to every other mail too.
 */
export function smtpFailure(error: SmtpError, phase: SmtpPhase): Exclude<SendResult, { kind: 'sent' }> {
  const { command, responseCode = 0 } = error;
  const failure = failureOf(error);
  if (responseCode === 0 && isAboutMail(phase))
    return { kind: 'later', failure: phase === 'end' ? `${failure} ${UNKNOWN}` : failure };
  const isAnswer = (command === 'RCPT TO' || command === 'DATA') && responseCode >= 400 && !ABOUT_THE_SESSION.has(responseCode);
  return { kind: isAnswer ? (responseCode >= 500 ? 'refused' : 'later') : 'server', failure };
}

/** What was awaited, as named in a failure. */
const WAITED: Record<SmtpPhase, string> = {
  connect: 'CONN',
  greeting: 'GREETING',
  command: 'COMMAND',
  sender: 'MAIL FROM',
  recipient: 'RCPT TO',
  data: 'DATA',
  text: 'TEXT',
  end: UNKNOWN,
};

function tooLate(phase: SmtpPhase): Exclude<SendResult, { kind: 'sent' }> {
  return { kind: isAboutMail(phase) ? 'later' : 'server', failure: `ETIMEDOUT ${WAITED[phase]}` };
}

const isAscii = (text: string): boolean => /^[\x20-\x7e]*$/.test(text);

/**
 * Hands mails to an SMTP server, each over its own connection. The server's certificate is always checked; without TLS only on this machine. A mail
 * to a non-ASCII address is refused if the server does not offer SMTPUTF8. `name`: the service's name there.
 */
export function smtpTransport(settings: SmtpSettings, about: { from: string; name: string; times?: SmtpTimes }): MailTransport {
  const { times = rfcTimes, from, name } = about;
  return {
    async send(mail: OutgoingMail, signal: AbortSignal) {
      const stop = new AbortController();
      // Why it was stopped from this side.
      let stopped: SendResult | null = null;
      const end = (result: SendResult): void => {
        stopped ??= result;
        stop.abort();
      };
      const watch = new SmtpWatch({
        times,
        startTls: settings.security === 'starttls',
        onGreeted: (extensions) => {
          if (!isAscii(mail.recipient + from) && !/^250[ -]SMTPUTF8\b/im.test(extensions))
            end({ kind: 'refused', failure: 'SMTPUTF8 not offered' });
        },
        onLate: (phase) => end(tooLate(phase)),
      });
      const options: SendMailOptions & { signal: AbortSignal } = {
        ...messageOf(mail, from),
        signal: AbortSignal.any([signal, stop.signal]),
      };
      try {
        await (await connection(settings, { name, watch, times })).sendMail(options);
        return { kind: 'sent' };
      } catch (error) {
        if (signal.aborted) return { kind: 'server', failure: 'EABORT' };
        return stopped ?? smtpFailure(error as SmtpError, watch.phase);
      } finally {
        watch.stop();
      }
    },
  };
}

/** The library is loaded with the first mail. */
async function connection(settings: SmtpSettings, { name, watch, times }: { name: string; watch: SmtpWatch; times: SmtpTimes }) {
  const { host, port, security, user } = settings;
  const { createTransport } = await import('nodemailer');
  // The watch measures each phase; the library's own limits, which span several phases, are a backstop.
  const longest = Object.values(times).reduce((sum, time) => sum + time, 0);
  return createTransport({
    host,
    port,
    name,
    secure: security === 'tls',
    requireTLS: security === 'starttls',
    ignoreTLS: security === 'none',
    tls: { rejectUnauthorized: true, minVersion: 'TLSv1.2' },
    ...(user === null ? {} : { auth: { user: user.name, pass: user.password } }),
    connectionTimeout: longest,
    greetingTimeout: longest,
    dnsTimeout: longest,
    socketTimeout: longest,
    logger: watch.logger,
    transactionLog: true,
    debug: false,
  });
}
