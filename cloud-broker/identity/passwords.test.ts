import { expect, test } from 'vitest';
import type { SignInLibrary } from './library.ts';
import { Passwords } from './passwords.ts';

test('[D6] wrong tries spread over the links of one IPv6 site keep nobody else from signing in', async () => {
  const begun: string[] = [];
  const over: (() => void)[] = [];
  const functions = {
    hash: async (password: string) => {
      begun.push(password);
      await new Promise<void>((resolve) => over.push(resolve));
      return 'hash';
    },
    verify: async () => false,
  };
  const library = { $context: Promise.resolve({ password: functions }) } as unknown as SignInLibrary;
  const passwords = new Passwords(async () => library);
  const outcomes: Promise<string>[] = [];
  const attempt = (password: string, address: string): void => {
    outcomes.push(passwords.hash(password, address).catch(() => 'busy'));
  };
  for (let n = 0; n < 200; n += 1) attempt('flood', `2001:db8:1:${n.toString(16)}::1`);
  for (let n = 0; n < 20; n += 1) attempt('honest', `192.0.2.${n}`);
  const all = Promise.all(outcomes);
  while (begun.length < 52) {
    await new Promise(setImmediate);
    over.shift()?.();
  }
  for (const end of over) end();
  const answers = await all;
  // Two run and fifty wait; none of those who gave up their place was honest.
  expect([answers.slice(200), answers.filter((answer) => answer === 'busy').length]).toEqual([Array(20).fill('hash'), 168]);
  // In turn with the flood, not behind it.
  expect(begun.lastIndexOf('honest')).toBeLessThan(26);
});
