import tls from 'node:tls';
import { expect, test } from 'vitest';
import { startMailServer, type MailServer } from '../../test/support/mail-server.ts';
import { letters } from '../service/letters.ts';
import type { SendResult } from './rules.ts';
import type { OutgoingMail } from './message.ts';
import { readSmtpUrl } from './smtp-settings.ts';
import { smtpFailure, smtpTransport } from './smtp-transport.ts';
import { renderMail } from './templates.ts';

const USER = { name: 'me@rollcall.example', password: 'p:@/ é' };
const data = { user: 'ada@springfield', name: 'springfield', organization: 'Écoles de Springfield' };

function outgoing(facts: Partial<OutgoingMail> = {}): OutgoingMail {
  return {
    id: 7,
    template: 'activation',
    recipient: 'ada@springfield.example',
    language: 'fr',
    messageId: 'abc123@rollcall.example',
    createdAt: Date.UTC(2026, 10, 23, 8),
    rendered: renderMail(letters, { template: 'activation', language: 'fr', data, secret: 'T0ken' }, 'https://rollcall.example'),
    ...facts,
  };
}

async function send(url: string, mail = outgoing()): Promise<SendResult> {
  const settings = readSmtpUrl(url);
  if (settings === null) throw new Error('not a mail server');
  const transport = smtpTransport(settings, { from: 'registration@rollcall.example', name: 'rollcall.example' });
  return transport.send(mail, new AbortController().signal);
}

function trust(server: MailServer): void {
  tls.setDefaultCACertificates([server.ca]);
}

test('[D2] a mail has both parts, its language, its sender and its link, and only one recipient', async () => {
  const server = await startMailServer();
  expect(await send(server.url)).toEqual({ kind: 'sent' });
  const mail = await server.mailTo('ada@springfield.example');
  expect(mail.from).toBe('"Rollcall" <registration@rollcall.example>');
  expect(mail.recipients).toEqual(['ada@springfield.example']);
  expect(mail.to).toBe('ada@springfield.example');
  expect(mail.subject).toBe('Activez votre domaine springfield');
  expect(mail.messageId).toBe('<abc123@rollcall.example>');
  expect(mail.headers.get('content-language')).toBe('fr');
  expect(mail.headers.get('auto-submitted')).toBe('auto-generated');
  expect(mail.headers.get('date')).toBe('Mon, 23 Nov 2026 08:00:00 +0000');
  for (const part of [mail.text, mail.html]) {
    expect(part).toContain('Écoles de Springfield');
    expect(part).toContain('https://rollcall.example/activate#token=T0ken');
  }
});

test('[A6] names with line ends add no header and no recipient', async () => {
  const server = await startMailServer();
  const evil = 'x\r\nBcc: eve@evil.example\r\n\r\nbody';
  const rendered = renderMail(
    letters,
    { template: 'domain-closing', language: 'en', data: { name: evil, closesAt: 0, askedBy: evil }, secret: null },
    'https://rollcall.example',
  );
  await send(server.url, outgoing({ rendered }));
  // As if the template had let it through.
  await send(server.url, outgoing({ rendered: { ...rendered, subject: evil }, language: evil as 'en', messageId: evil }));
  const first = await server.mailTo('ada@springfield.example');
  expect(server.asked.filter((address) => address === 'eve@evil.example')).toEqual([]);
  for (const mail of [first, ...server.mails]) {
    expect(mail.headers.has('bcc')).toBe(false);
    expect(mail.headers.has('body')).toBe(false);
  }
});

test.each(['tls', 'starttls'] as const)('[A6] %s: credentials go over a checked connection only', async (security) => {
  // Not a loopback address to the settings, yet it leads here: so STARTTLS is demanded.
  const server = await startMailServer({ security, user: USER, host: '0.0.0.0' });
  tls.setDefaultCACertificates([]);
  expect(await send(server.url)).toMatchObject({ kind: 'server' });
  expect(server.mails).toHaveLength(0);
  trust(server);
  expect(await send(server.url)).toEqual({ kind: 'sent' });
  expect(server.sessions).toEqual({ tls: 1, clear: 0 });
  const wrong = server.url.replace(encodeURIComponent(USER.password), 'wrong');
  expect(await send(wrong)).toEqual({ kind: 'server', failure: expect.stringContaining('535') as string });
});

test('[A6] a certificate of another host is refused', async () => {
  const server = await startMailServer({ security: 'tls', host: '0.0.0.0' });
  trust(server);
  expect(await send(server.url.replace('0.0.0.0', '127.0.0.1'))).toEqual({
    kind: 'server',
    failure: 'ESOCKET CONN ERR_TLS_CERT_ALTNAME_INVALID',
  });
});

test('[A6] a server elsewhere that offers no TLS gets neither credentials nor a mail', async () => {
  const server = await startMailServer({ security: 'none', user: USER, host: '0.0.0.0' });
  expect(await send(server.url)).toMatchObject({ kind: 'server' });
  expect(server.sessions).toEqual({ tls: 0, clear: 0 });
});

test('a server that is not there, or that says nothing, is the server’s fault', async () => {
  const server = await startMailServer();
  await server.close();
  expect(await send(server.url)).toEqual({ kind: 'server', failure: 'ESOCKET CONN ECONNREFUSED' });
});

test('a stop ends a mail that hangs', async () => {
  const server = await startMailServer();
  const asked = Promise.withResolvers<void>();
  server.answerRecipient(() => {
    asked.resolve();
    return new Promise(() => undefined);
  });
  const settings = readSmtpUrl(server.url);
  if (settings === null) throw new Error('not a mail server');
  const stop = new AbortController();
  const sending = smtpTransport(settings, { from: 'a@b', name: 'localhost' }).send(outgoing(), stop.signal);
  await asked.promise;
  stop.abort();
  expect(await sending).toMatchObject({ kind: 'server' });
});

test('[A6] refusals of the recipient and of the text are told apart from those that pass, and name no address', async () => {
  const server = await startMailServer();
  const answers = [
    { code: 550, message: '5.1.1 <ada@springfield.example> user unknown', kind: 'refused' },
    { code: 452, message: '4.2.2 <ada@springfield.example> mailbox full', kind: 'later' },
    { code: 530, message: '5.7.0 sign in first', kind: 'server' },
  ];
  for (const { code, message, kind } of answers) {
    server.answerRecipient(() => ({ code, message }));
    const result = await send(server.url);
    expect(result).toEqual({ kind, failure: `EENVELOPE RCPT TO ${code} ${message.slice(0, 5)}` });
  }
  server.answerRecipient(() => null);
  server.answerMessage(() => ({ code: 554, message: '5.6.0 no such mails for ada@springfield.example' }));
  expect(await send(server.url)).toEqual({ kind: 'refused', failure: 'EMESSAGE DATA 554 5.6.0' });
  server.answerMessage(() => ({ code: 451, message: 'greylisted' }));
  expect(await send(server.url)).toEqual({ kind: 'later', failure: 'EMESSAGE DATA 451' });
  server.answerRecipient(() => ({ code: 421, message: '4.3.2 going away' }));
  expect(await send(server.url)).toEqual({ kind: 'server', failure: 'ECONNECTION CONN 421 4.3.2' });
  expect(smtpFailure({}, 'command')).toEqual({ kind: 'server', failure: 'unknown' });
});
