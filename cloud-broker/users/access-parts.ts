import { errorText } from '../../protocol/error-text.ts';
import { newToken, tokenHash, type Secrets } from '../keys/secrets.ts';
import type { MailKind } from '../mail/mail-kind.ts';
import type { NewLink } from './operations/sign-up.ts';
import type { Store } from '../store/port.ts';
import type { AccessLimits } from './accounts-limits.ts';
import type { Passwords } from './passwords.ts';

/** What signing up, signing in and changing one's own sign-in work with. */
export interface AccessParts {
  store: Store;
  secrets: Secrets;
  passwords: Passwords;
  limits: AccessLimits;
  clock(): number;
  random(bytes: number): Uint8Array;
  /** Told of what failed after its answer had left; never of names, passwords or tokens. */
  log(message: string): void;
}

/** Who changes their own sign-in: what a session tells, and where the request comes from. */
export interface Owner {
  userId: string;
  domainId: number;
  /** `name@domain`. */
  user: string;
  sessionId: string;
  address: string;
  /** Of the request (A3). */
  correlationId?: string;
}

/** D2: a new link for a mail: its token sealed for the mail, its hash for the store. */
export function newLink(parts: Pick<AccessParts, 'secrets' | 'random'>, { template }: MailKind<object, 'link'>): NewLink {
  const token = newToken(parts.random);
  return { tokenHash: tokenHash(token), sealed: parts.secrets.seal('mail', template, token) };
}

/** Does work whose answer is always the same after that answer has left, so that its time tells nothing either. */
export function afterTheAnswer(parts: Pick<AccessParts, 'log'>, work: () => Promise<void>): void {
  setImmediate(() => {
    work().catch((error: unknown) => parts.log(errorText(error)));
  });
}

/** An id for a new user or account row. */
export function newRowId(random: (bytes: number) => Uint8Array): string {
  return Buffer.from(random(16)).toString('base64url');
}
