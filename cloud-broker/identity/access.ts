/** What signing up, signing in and choosing another password have in common: links of mails, and limits on who tries. */
import { errorText } from '../../protocol/error-text.ts';
import { RollcallError } from '../../protocol/errors.ts';
import { newToken, tokenHash, type Secrets } from '../keys/secrets.ts';
import type { MailKind } from '../mail/mail-kind.ts';
import type { Store } from '../store/port.ts';
import type { SignInLibrary } from './library.ts';
import type { AccessLimits } from './limits.ts';
import type { NewLink } from './links.ts';
import type { Passwords } from './passwords.ts';

/** What they work with. */
export interface AccessParts {
  store: Store;
  secrets: Secrets;
  /** One for all realms, so that hashing never takes more of the machine than it may. */
  passwords: Passwords;
  limits: AccessLimits;
  clock(): number;
  random(bytes: number): Uint8Array;
  /** Logs failures after the response was sent; never names, passwords or tokens. */
  log(message: string): void;
}

/** What a realm is made of. */
export interface RealmServices extends Omit<AccessParts, 'passwords' | 'limits'> {
  library(): Promise<SignInLibrary>;
  /** The configured public URL (A5). */
  publicUrl: string;
}

/** D2: a new link for a mail: its token sealed for the mail, and the hash for the store. */
export function newLink(parts: Pick<AccessParts, 'secrets' | 'random'>, { template }: MailKind<object, 'link'>): NewLink {
  const token = newToken(parts.random);
  return { tokenHash: tokenHash(token), sealed: parts.secrets.seal('mail', template, token) };
}

/** What a link is for; looking changes nothing. `find` knows links by their hash. Refuses with `link-not-valid` or `busy`. */
export async function linked<Found extends object>(
  { limits, clock }: Pick<AccessParts, 'limits' | 'clock'>,
  token: string,
  address: string,
  find: (hash: string, now: number) => Promise<Found | null>,
): Promise<Found & { hash: string }> {
  const now = clock();
  limits.link(address, now);
  const hash = tokenHash(token);
  const found = await find(hash, now);
  if (found === null) throw new RollcallError('link-not-valid');
  return { ...found, hash };
}

/**
 * For who asks for a mail: the answer is the same whether it is sent or not, and it leaves before the work is done, so that its time tells nothing
 * either. Refuses with `busy` by address only.
 */
export function mailLater(
  { limits, clock, log }: Pick<AccessParts, 'limits' | 'clock' | 'log'>,
  address: string,
  work: (now: number) => Promise<void>,
): void {
  const now = clock();
  limits.mailAsk(address, now);
  setImmediate(() => {
    work(now).catch((error: unknown) => log(errorText(error)));
  });
}

/** Refuses with `password-wrong`, after the same work without a hash, or with `busy`. */
export async function demandPassword(
  { passwords }: Pick<AccessParts, 'passwords'>,
  hash: string | null,
  password: string,
  address: string,
): Promise<void> {
  if (!(await passwords.verify(hash, password, address))) throw new RollcallError('password-wrong');
}

/** Id for a new user or account row. */
export function newRowId(random: (bytes: number) => Uint8Array): string {
  return Buffer.from(random(16)).toString('base64url');
}
