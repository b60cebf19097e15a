import { expect, test } from 'vitest';
import { readSettings } from '../service/config.ts';
import { RollcallError } from '../../protocol/errors.ts';
import { defaultSender, isMailbox, readSmtpUrl } from './smtp-settings.ts';

test('user and password are decoded, ports have defaults, TLS is left out on loopback only', () => {
  expect(readSmtpUrl('smtp://me%40x:p%2F%3A%40@mail.example:2525')).toEqual({
    host: 'mail.example',
    port: 2525,
    security: 'starttls',
    user: { name: 'me@x', password: 'p/:@' },
  });
  expect(readSmtpUrl('smtps://mail.example')).toMatchObject({ port: 465, security: 'tls', user: null });
  const securities = ['localhost', '127.0.0.1', '127.9.9.9', '[::1]'].map((host) => readSmtpUrl(`smtp://${host}`)?.security);
  expect(securities).toEqual(['none', 'none', 'none', 'none']);
  const others = ['127.0.0.1.evil.example', '10.0.0.1', '0.0.0.0', 'localhost.example', '[::2]', '128.0.0.1'];
  expect(others.map((host) => readSmtpUrl(`smtp://${host}`)?.security)).toEqual(others.map(() => 'starttls'));
  expect(readSmtpUrl('smtps://localhost')?.security).toBe('tls');
});

test.each([
  'http://mail.example',
  'mail.example',
  'smtp://',
  'smtp://a/?tls.rejectUnauthorized=false',
  'smtp://a/x',
  'smtp://a:%ZZ@b',
])('not a mail server: %s', (text) => {
  expect(readSmtpUrl(text)).toBeNull();
});

test('[A6] a wrong mail server is named by its setting; its password is not repeated', () => {
  const refusal = (environment: Record<string, string>): string => {
    try {
      readSettings(environment);
      return 'taken';
    } catch (error) {
      return error instanceof RollcallError ? JSON.stringify([error.code, error.details]) : String(error);
    }
  };
  const wrong = refusal({ ROLLCALL_SMTP_URL: 'smtp://me:hunter2@mail.example/?x=1' });
  expect(wrong).toContain('ROLLCALL_SMTP_URL');
  expect(wrong).not.toContain('hunter2');
  for (const from of ['a', 'a@b, c@d', 'Eve <a@b>', 'a@b\r\nBcc: c@d'])
    expect(refusal({ ROLLCALL_MAIL_FROM: from })).toContain('ROLLCALL_MAIL_FROM');
});

test('the sender is registration@ the public host unless one is set', () => {
  expect(readSettings({ ROLLCALL_PUBLIC_URL: 'https://rollcall.example:8443' }).mail).toEqual({
    smtp: null,
    from: 'registration@rollcall.example',
    host: 'rollcall.example',
  });
  expect(readSettings({ ROLLCALL_MAIL_FROM: 'it@school.example' }).mail.from).toBe('it@school.example');
  expect(readSettings({ ROLLCALL_MAIL_FROM: 'it@école.example' }).mail.from).toBe('it@xn--cole-9oa.example');
  expect([null, '10.0.0.1', '[2001:db8::1]'].map(defaultSender)).toEqual([
    'registration@localhost',
    'registration@[10.0.0.1]',
    'registration@[IPv6:2001:db8::1]',
  ]);
});

test('[A6] an address is one mailbox and nothing else', () => {
  for (const address of ['ada@springfield.example', "o'neil+x@a-b.example", 'é@ü.example', 'a@localhost'])
    expect(isMailbox(address)).toBe(true);
  for (const address of [
    '',
    'a',
    'a@',
    '@b',
    'a@b@c',
    'a@b,c@d',
    'a b@c',
    'a@b\r\nc',
    'a@b\nRCPT TO:<c@d>',
    '<a@b>',
    'a@b>',
    '"x"@b',
    `${'x'.repeat(65)}@b`,
  ])
    expect(isMailbox(address)).toBe(false);
});
