/** A real SMTP server on a free port of this machine, and what it was sent. It ends with the test. */
import { generateKeyPairSync } from 'node:crypto';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { simpleParser } from 'mailparser';
import { SMTPServer, type SMTPServerDataStream } from 'smtp-server';
import { onTestFinished } from 'vitest';
import { Journal } from '../../agent/support/journal.ts';
import { privateKeyPem } from '../../cloud-broker/keys/pem.ts';
import { signCaCertificate, signServerCertificate } from '../../cloud-broker/keys/x509.ts';

/** A mail as its reader sees it. */
export interface ReceivedMail {
  /** Envelope: who it was handed over for. */
  recipients: string[];
  from: string;
  to: string;
  subject: string;
  text: string;
  html: string;
  messageId: string;
  /** Lower case name to value, as sent. */
  headers: Map<string, string>;
  raw: string;
}

/** An SMTP answer other than "taken", such as 451 or 550. */
interface SmtpRefusal {
  code: number;
  message: string;
}

export interface MailServerOptions {
  /** `none`: in the clear; `starttls`: on demand; `tls`: from the first byte. */
  security?: 'none' | 'starttls' | 'tls';
  /** Who may hand over mails; without it everyone may. */
  user?: { name: string; password: string };
  /** The host of the URL, also in its certificate. */
  host?: string;
  /** Does not offer SMTPUTF8. */
  asciiOnly?: boolean;
}

export interface MailServer {
  /** For ROLLCALL_SMTP_URL. */
  url: string;
  port: number;
  /** The CA that signed its certificate (PEM): for NODE_EXTRA_CA_CERTS, or `tls.setDefaultCACertificates`. */
  ca: string;
  /** Taken mails, oldest first. */
  mails: readonly ReceivedMail[];
  /** Every recipient asked for, refused ones too. */
  asked: readonly string[];
  /** How many sessions came over TLS and how many did not. */
  sessions: { tls: number; clear: number };
  /** The first mail that fits, now or later. */
  waitFor(fits: (mail: ReceivedMail) => boolean): Promise<ReceivedMail>;
  /** The first mail to this address (about this, where `subject` is given), now or later. */
  mailTo(address: string, subject?: RegExp): Promise<ReceivedMail>;
  /** What to answer a recipient from now on; null takes the mail. May keep it waiting. */
  answerRecipient(answer: (address: string) => SmtpRefusal | null | Promise<SmtpRefusal | null>): void;
  /** What to answer after the text of a mail; it counts as received only with null. */
  answerMessage(answer: (mail: ReceivedMail) => SmtpRefusal | null | Promise<SmtpRefusal | null>): void;
  close(): Promise<void>;
}

interface Certificate {
  ca: string;
  key: string;
  cert: string;
}

async function certificateFor(host: string): Promise<Certificate> {
  const issuer = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const ca = await signCaCertificate(issuer.privateKey, issuer.publicKey, 'Test mail CA');
  const server = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const cert = await signServerCertificate({ key: issuer.privateKey, certificatePem: ca }, server.publicKey, [host]);
  return { ca, key: privateKeyPem(server.privateKey), cert };
}

function refused({ code, message }: SmtpRefusal): Error {
  return Object.assign(new Error(message), { responseCode: code });
}

async function readMail(stream: SMTPServerDataStream, recipients: string[]): Promise<ReceivedMail> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(chunk as Buffer);
  const raw = Buffer.concat(chunks).toString('utf8');
  return { recipients, ...(await parseMail(raw)) };
}

/** Reads the text of a mail, such as an .eml file. */
export async function parseMail(raw: string): Promise<Omit<ReceivedMail, 'recipients'>> {
  const parsed = await simpleParser(raw);
  const text = parsed.text ?? '';
  const to = parsed.to === undefined ? [] : Array.isArray(parsed.to) ? parsed.to : [parsed.to];
  return {
    from: parsed.from?.text ?? '',
    to: to.map((one) => one.text).join(', '),
    subject: parsed.subject ?? '',
    text,
    html: typeof parsed.html === 'string' ? parsed.html : '',
    messageId: parsed.messageId ?? '',
    headers: new Map(parsed.headerLines.map(({ key, line }) => [key, line.slice(line.indexOf(':') + 1).trim()])),
    raw,
  };
}

/** The link of the text part; fails where there is none. */
export function linkOf({ text }: { text: string }): string {
  const found = /https?:\/\/\S+#token=\S+/.exec(text)?.[0];
  if (found === undefined) throw new Error(`no link in this mail: ${text}`);
  return found;
}

/** What stands after `#token=` in the link of the text part. */
export function tokenOf(mail: { text: string }): string {
  return linkOf(mail).replace(/^.*#token=/, '');
}

/** Starts it on a free port. With TLS its certificate is for `host` (default 127.0.0.1), signed by `ca`. */
export async function startMailServer(options: MailServerOptions = {}): Promise<MailServer> {
  const { security = 'none', user, host = '127.0.0.1', asciiOnly = false } = options;
  const { ca, key, cert } = await certificateFor(host);
  const mails = new Journal<ReceivedMail>();
  const asked: string[] = [];
  const sessions = { tls: 0, clear: 0 };
  let answerRecipient: Parameters<MailServer['answerRecipient']>[0] = () => null;
  let answerMessage: Parameters<MailServer['answerMessage']>[0] = () => null;
  const server = new SMTPServer({
    secure: security === 'tls',
    key,
    cert,
    authOptional: user === undefined,
    allowInsecureAuth: true,
    disableReverseLookup: true,
    hideSMTPUTF8: asciiOnly,
    disabledCommands: [...(security === 'none' ? ['STARTTLS'] : []), ...(user === undefined ? ['AUTH'] : [])],
    onAuth: ({ username, password }, _session, reply) => {
      if (username === user?.name && password === user?.password) reply(null, { user: username ?? '' });
      else reply(refused({ code: 535, message: 'authentication failed' }));
    },
    onMailFrom: (_address, session, reply) => {
      sessions[session.secure ? 'tls' : 'clear'] += 1;
      reply();
    },
    onRcptTo: ({ address }, _session, reply) => {
      asked.push(address);
      void Promise.resolve(answerRecipient(address)).then((refusal) => reply(refusal === null ? null : refused(refusal)));
    },
    onData: (stream, session, reply) => {
      const take = async (): Promise<void> => {
        const mail = await readMail(
          stream,
          session.envelope.rcptTo.map(({ address }) => address),
        );
        const refusal = await answerMessage(mail);
        if (refusal === null) mails.add(mail);
        reply(refusal === null ? null : refused(refusal));
      };
      take().catch((error: unknown) => reply(error instanceof Error ? error : new Error(String(error))));
    },
  });
  // A client that dies is what some tests are about.
  server.on('error', () => undefined);
  server.listen(0, '127.0.0.1');
  await once(server.server, 'listening');
  const { port } = server.server.address() as AddressInfo;
  const close = async (): Promise<void> => {
    for (const connection of server.connections) connection.close();
    await new Promise<void>((resolve) => {
      server.close(() => resolve());
    });
  };
  onTestFinished(close);
  const login = user === undefined ? '' : `${encodeURIComponent(user.name)}:${encodeURIComponent(user.password)}@`;
  return {
    url: `${security === 'tls' ? 'smtps' : 'smtp'}://${login}${host}:${port}`,
    port,
    ca,
    mails: mails.all,
    asked,
    sessions,
    waitFor: async (fits) => mails.until(fits),
    mailTo: async (address, subject = /(?:)/u) =>
      mails.until((mail) => mail.recipients.includes(address) && subject.test(mail.subject)),
    answerRecipient: (answer) => {
      answerRecipient = answer;
    },
    answerMessage: (answer) => {
      answerMessage = answer;
    },
    close,
  };
}
