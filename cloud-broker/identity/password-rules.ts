import { readEmail } from '../../protocol/email.ts';
import { RollcallError } from '../../protocol/errors.ts';

/** Length of a password in characters (D1). */
const PASSWORD_LENGTH = { least: 10, most: 256 } as const;

/** The most common leaked passwords of ten characters or more; shorter ones are too short here anyway. */
const COMMON = new Set([
  '1234567890',
  '12345678910',
  '123456789a',
  '0123456789',
  '0987654321',
  '9876543210',
  '1234512345',
  '1q2w3e4r5t',
  '1q2w3e4r5t6y',
  '1qaz2wsx3edc',
  'qwertyuiop',
  'qwerty12345',
  'qwerty123456',
  'qwertyuiop123',
  'azertyuiop',
  'azerty12345',
  'azerty123456',
  'asdfghjkl123',
  'password12',
  'password123',
  'password1234',
  'password12345',
  'password123456',
  'passw0rd123',
  'motdepasse',
  'motdepasse1',
  'motdepasse123',
  'changeme123',
  'welcome123',
  'welcome1234',
  'bienvenue1',
  'bienvenue123',
  'administrator',
  'administrateur',
  'admin12345',
  'admin123456',
  'iloveyou123',
  'abcdefghij',
  'abcdefghijk',
  'abcd123456',
  'abc1234567',
]);

/** The same one, two or three characters repeated. */
const REPEATED = /^(.{1,3}?)\1+.{0,2}$/su;

/**
 * D1: what a password must not be. Refuses with `invalid-request` where it is too short or too long, and with `password-weak`
 * where it is the first that anybody would try: that of a list, or what is known of its user: the e-mail, its first part, `names`.
 */
export function demandGoodPassword(password: string, email: string, ...names: string[]): void {
  if (password.length < PASSWORD_LENGTH.least || password.length > PASSWORD_LENGTH.most)
    throw new RollcallError('invalid-request', { field: 'password', ...PASSWORD_LENGTH });
  const plain = readEmail(password) ?? password.trim().toLowerCase();
  const known = [email, email.split('@')[0] ?? '', ...names].map((text) => text.trim().toLowerCase());
  // A name followed by digits counts as the name.
  const bare = plain.replace(/[\d\s!?.,_-]+$/u, '');
  if (COMMON.has(plain) || REPEATED.test(plain) || known.includes(plain) || (bare !== '' && known.includes(bare)))
    throw new RollcallError('password-weak');
}
