import { expect, test } from 'vitest';
import * as z from 'zod';
import { emailAddress, readEmail } from './email.ts';

test.each([
  [' Ada.L@Example.ORG ', 'ada.l@example.org'],
  ["o'brien+x_1@mail-1.example.co", "o'brien+x_1@mail-1.example.co"],
  ['admin@école.example', 'admin@xn--cole-9oa.example'],
  ['admin@ÉCOLE.Example', 'admin@xn--cole-9oa.example'],
  ['admin@e\u0301cole.example', 'admin@xn--cole-9oa.example'],
  ['admin@XN--cole-9oa.example', 'admin@xn--cole-9oa.example'],
  ['jürgen@müller.example', 'jürgen@xn--mller-kva.example'],
  ['JU\u0308RGEN@Müller.example', 'jürgen@xn--mller-kva.example'],
  ['用户@例え。テスト', '用户@xn--r8jz45g.xn--zckzah'],
  ['δοκιμή@παράδειγμα.δοκιμή', 'δοκιμή@xn--hxajbheg2az3al.xn--jxalpdlp'],
  ['राम@नेपाल.भारत', 'राम@xn--l2bey1c2b.xn--h2brj9c'],
  ['משה@דוגמה.example', 'משה@xn--6dbbec0c.example'],
  ['escola@col·legi.example', 'escola@xn--collegi-xma.example'],
  ['a@ｅｘａｍｐｌｅ.org', 'a@example.org'],
  ['a@пример.рф', 'a@xn--e1afmkfd.xn--p1ai'],
])('[D6] %s is one address with %s', (typed, stored) => {
  expect(readEmail(typed)).toBe(stored);
  expect(readEmail(stored)).toBe(stored);
  expect(emailAddress.parse(typed)).toBe(stored);
});

test.each([
  '',
  '@example.org',
  'ada',
  'ada@',
  'ada@localhost',
  'ada@example',
  'ada@example.org.',
  'ada@.example.org',
  'ada@exa..mple.org',
  'ada@-a.example',
  'ada@1.2.3.4',
  'ada@[1.2.3.4]',
  'ada@0x7f.1',
  'ada@exa%2emple.org',
  'ada@exa/mple.org',
  'ada@exam ple.org',
  'ada@example.org:25',
  'ada@xn--a.example',
  'ada@good.xn--abc.example',
  'ada@xn--é.example',
  'ada@ex½.example',
  '.ada@example.org',
  'ada.@example.org',
  'a..da@example.org',
  '"ada"@example.org',
  'ada(x)@example.org',
  'ada@example.org,eve@evil.example',
  'ada@evil.example@example.org',
  'Ada <ada@example.org>',
  'ada @example.org',
  '\tada@example.org',
  'ada@example.org\n',
  'ada@example.org\r\nBcc: eve@evil.example',
  'ada\u0000@example.org',
])('[A6] %j is no address', (typed) => {
  expect(readEmail(typed)).toBeNull();
  expect(emailAddress.safeParse(typed).success).toBe(false);
});

test('[A6] nothing invisible stands on either side: controls, bidi marks, zero width, selectors, fillers', () => {
  const invisible = [
    '\u0007',
    '\u00ad',
    '\u034f',
    '\u115f',
    '\u200b',
    '\u200d',
    '\u202e',
    '\u2066',
    '\u3164',
    '\ufe0f',
    '\ufeff',
    '\u{e0041}',
  ];
  for (const symbol of invisible)
    for (const typed of [`a${symbol}da@example.org`, `ada@exam${symbol}ple.org`, `ada@école${symbol}.example`])
      expect([typed, readEmail(typed)]).toEqual([typed, null]);
});

test('[A6] at most 64 octets before the @ and 254 in all, as they are mailed', () => {
  expect(readEmail(`${'a'.repeat(64)}@example.org`)).not.toBeNull();
  expect(readEmail(`${'a'.repeat(65)}@example.org`)).toBeNull();
  expect(readEmail(`${'é'.repeat(32)}@example.org`)).not.toBeNull();
  expect(readEmail(`${'é'.repeat(33)}@example.org`)).toBeNull();
  const host = (labels: number, label: string): string => `${`${label}.`.repeat(labels)}org`;
  expect(readEmail(`ada@${host(3, 'a'.repeat(63))}`)).not.toBeNull();
  expect(readEmail(`ada@${host(3, 'a'.repeat(64))}`)).toBeNull();
  expect(readEmail(`${'a'.repeat(58)}@${host(3, 'a'.repeat(63))}`)?.length).toBe(254);
  expect(readEmail(`${'a'.repeat(59)}@${host(3, 'a'.repeat(63))}`)).toBeNull();
  // Short as it is typed, long as it is mailed.
  expect(readEmail(`ada@${host(20, 'éàüöïç')}`)).toBeNull();
});

test('[A1] the documentation of the API says that it is one', () => {
  expect(z.toJSONSchema(emailAddress)).toMatchObject({ type: 'string', format: 'idn-email', maxLength: 254 });
});
