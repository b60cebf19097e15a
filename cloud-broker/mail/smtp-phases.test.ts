import { once } from 'node:events';
import { createServer, type AddressInfo, type Socket } from 'node:net';
import { createInterface } from 'node:readline';
import { expect, onTestFinished, test } from 'vitest';
import { startMailServer } from '../../test/support/mail-server.ts';
import type { SendResult } from './rules.ts';
import { rfcTimes, type SmtpTimes } from './smtp-phases.ts';
import { readSmtpUrl } from './smtp-settings.ts';
import { smtpTransport } from './smtp-transport.ts';

const MINUTE_MS = 60_000;
const SOON_MS = 50;
const UNKNOWN = 'after DATA, may have been delivered';

async function send(
  { url }: { url: string },
  times: Partial<SmtpTimes> = {},
  recipient = 'ada@springfield.example',
): Promise<SendResult> {
  const settings = readSmtpUrl(url);
  if (settings === null) throw new Error('not a mail server');
  const about = { from: 'registration@rollcall.example', name: 'rollcall.example', times: { ...rfcTimes, ...times } };
  const rendered = { subject: 'École', text: 'Bonjour', html: '<p>Bonjour</p>', link: null };
  const mail = { id: 7, template: 'reset', language: 'fr', messageId: 'abc@rollcall.example', createdAt: 0 } as const;
  return smtpTransport(settings, about).send({ ...mail, recipient, rendered }, new AbortController().signal);
}

/** A line, or `silence` or `hang up`. */
type Answer = string;

/** A mail server that says what it is told to at each step, and nothing on its own. */
async function scripted(
  answers: Partial<Record<'greeting' | 'EHLO' | 'MAIL' | 'RCPT' | 'DATA' | 'end', Answer>>,
): Promise<{ url: string; heard: readonly string[] }> {
  const usual = { greeting: '220 here', EHLO: '250 here', MAIL: '250 ok', RCPT: '250 ok', DATA: '354 go on', end: '250 taken' };
  const script: Record<string, Answer> = { ...usual, ...answers };
  const open = new Set<Socket>();
  const heard: string[] = [];
  const server = createServer((socket) => {
    open.add(socket);
    socket.on('error', () => undefined);
    let inText = false;
    let isMute = false;
    const say = (step: string): void => {
      const answer = script[step] ?? '500 what';
      isMute ||= answer === 'silence';
      if (answer === 'hang up') socket.destroy();
      else if (!isMute) socket.write(`${answer}\r\n`);
    };
    say('greeting');
    createInterface({ input: socket }).on('line', (line) => {
      if (inText && line !== '.') return;
      heard.push(line);
      say(inText ? 'end' : (line.split(' ')[0] ?? ''));
      inText = !inText && line === 'DATA';
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    for (const socket of open) socket.destroy();
    server.close();
  });
  return { url: `smtp://127.0.0.1:${(server.address() as AddressInfo).port}`, heard };
}

test('the times are those of RFC 5321, 4.5.3.2', () => {
  expect(rfcTimes).toEqual({
    connect: 30_000,
    greeting: 5 * MINUTE_MS,
    command: 5 * MINUTE_MS,
    sender: 5 * MINUTE_MS,
    recipient: 5 * MINUTE_MS,
    data: 2 * MINUTE_MS,
    text: 3 * MINUTE_MS,
    end: 10 * MINUTE_MS,
  });
});

test.each([
  ['greeting', 'greeting', 'server', 'ETIMEDOUT GREETING'],
  ['EHLO', 'command', 'server', 'ETIMEDOUT COMMAND'],
  ['MAIL', 'sender', 'later', 'ETIMEDOUT MAIL FROM'],
  ['RCPT', 'recipient', 'later', 'ETIMEDOUT RCPT TO'],
  ['DATA', 'data', 'later', 'ETIMEDOUT DATA'],
  ['end', 'end', 'later', `ETIMEDOUT ${UNKNOWN}`],
] as const)(
  'a server that goes silent at %s is waited for as long as that step may take, and the step is named',
  async (...of) => {
    const [step, phase, kind, failure] = of;
    for (const EHLO of ['250 here', '250-here\r\n250 PIPELINING'])
      expect(await send(await scripted({ EHLO, [step]: 'silence' }), { [phase]: SOON_MS })).toEqual({ kind, failure });
  },
);

test('a connection that breaks after the whole text is named as such; before it, it is about this mail, before MAIL about the server', async () => {
  const broken = async (step: 'EHLO' | 'RCPT' | 'end'): Promise<SendResult> => send(await scripted({ [step]: 'hang up' }));
  expect(await broken('end')).toEqual({ kind: 'later', failure: `ECONNECTION CONN ${UNKNOWN}` });
  expect(await broken('RCPT')).toEqual({ kind: 'later', failure: 'ECONNECTION CONN' });
  expect(await broken('EHLO')).toEqual({ kind: 'server', failure: 'ECONNECTION CONN' });
});

test('a server that refuses what it was asked is no server that is silent', async () => {
  expect(await send(await scripted({ MAIL: '550 5.7.1 not this sender' }))).toMatchObject({ kind: 'server' });
  expect(await send(await scripted({ DATA: '451 4.3.0 later' }))).toEqual({ kind: 'later', failure: 'EENVELOPE DATA 451 4.3.0' });
  expect(await send(await scripted({ end: '552 5.3.4 too big' }))).toEqual({
    kind: 'refused',
    failure: 'EMESSAGE DATA 552 5.3.4',
  });
});

test('[D6] an address with a host of any language is mailed in Punycode, whatever the server offers', async () => {
  const server = await scripted({});
  expect(await send(server, {}, 'admin@xn--cole-9oa.example')).toEqual({ kind: 'sent' });
  expect(server.heard).toContain('RCPT TO:<admin@xn--cole-9oa.example>');
});

test('[D6] an address that is not ASCII is mailed by SMTPUTF8; a server without it is told nothing, and the reason is named', async () => {
  const [offers, lacks] = [await startMailServer(), await startMailServer({ asciiOnly: true })];
  const jürgen = 'jürgen@xn--mller-kva.example';
  expect(await send(offers, {}, jürgen)).toEqual({ kind: 'sent' });
  const [mail] = offers.mails;
  expect(offers.asked.map((address) => address.split('@')[0])).toEqual(['jürgen']);
  expect(mail?.raw).toMatch(/^To: jürgen@(?:müller|xn--mller-kva)\.example\r?$/m);
  expect(await send(lacks, {}, jürgen)).toEqual({ kind: 'refused', failure: 'SMTPUTF8 not offered' });
  expect(lacks.asked).toEqual([]);
});
