import { mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pino } from 'pino';
import { expect, test } from 'vitest';
import { linkOf, parseMail } from '../../test/support/mail-server.ts';
import { temporaryFolder } from '../../test/support/store.ts';
import { letters } from '../service/letters.ts';
import { folderTransport } from './folder-transport.ts';
import type { OutgoingMail } from './message.ts';
import { renderMail } from './templates.ts';

const data = { user: 'ada@springfield', name: 'springfield', organization: 'Écoles' };
const mail: OutgoingMail = {
  id: 42,
  template: 'activation',
  recipient: 'ada@springfield.example',
  language: 'fr',
  messageId: 'abc@localhost',
  createdAt: Date.UTC(2026, 10, 23, 8),
  rendered: renderMail(letters, { template: 'activation', language: 'fr', data, secret: 'T0ken' }, 'http://127.0.0.1:8080'),
};
const signal = new AbortController().signal;

test('[D2] without a mail server a mail is one whole file that only the service’s user reads, and its link is logged', async () => {
  const folder = join(await temporaryFolder(), 'outbox');
  const log: string[] = [];
  const transport = folderTransport(folder, {
    from: 'registration@localhost',
    log: pino({}, { write: (line) => void log.push(line) }),
  });
  expect(await transport.send(mail, signal)).toEqual({ kind: 'sent' });
  // Once more, as after a crash before it was booked.
  expect(await transport.send(mail, signal)).toEqual({ kind: 'sent' });
  expect(await readdir(folder)).toEqual(['42.eml']);
  const file = join(folder, '42.eml');
  expect((await stat(file)).mode & 0o777).toBe(0o600);
  expect((await stat(folder)).mode & 0o777).toBe(0o700);
  const read = await parseMail(await readFile(file, 'utf8'));
  expect(read).toMatchObject({
    to: 'ada@springfield.example',
    messageId: '<abc@localhost>',
    subject: 'Activez votre domaine springfield',
  });
  const link = 'http://127.0.0.1:8080/activate#token=T0ken';
  expect(linkOf(read)).toBe(link);
  expect(read.html).toContain(link);
  expect(JSON.parse(log[0] ?? '')).toMatchObject({ template: 'activation', file, link });
  expect(log.join('')).not.toContain('springfield.example');
});

test('a folder that cannot be written is a failure that passes', async () => {
  const parent = await temporaryFolder();
  await mkdir(parent, { recursive: true });
  await writeFile(join(parent, 'outbox'), 'a file');
  const transport = folderTransport(join(parent, 'outbox'), { from: 'registration@localhost', log: pino({ level: 'silent' }) });
  expect(await transport.send(mail, signal)).toEqual({
    kind: 'server',
    failure: expect.stringMatching(/^outbox folder E/) as string,
  });
});
