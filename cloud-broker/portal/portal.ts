/** The Admin Portal (K3, K4): a service beside the domains, with people, organisations and claims of its own. */
import { createHmac } from 'node:crypto';
import type { Passwords } from '../users/passwords.ts';
import type { Secrets } from '../keys/secrets.ts';
import { lazily } from '../../protocol/lazily.ts';
import type { Store } from '../store/port.ts';
import { PortalAccounts } from './accounts.ts';
import { Claims } from './claims.ts';

export interface Portal {
  accounts: PortalAccounts;
  claims: Claims;
}

/** What the portal's routes need beside the others. Nothing of a domain opens the portal, and it opens nothing of a domain. */
export interface WithPortal {
  portal: Portal;
}

export interface PortalServices {
  store: Store;
  secrets: Secrets;
  passwords: Passwords;
  /** At least 32 characters (S1); the portal derives one of its own, so that a cookie signed for a domain is nothing here. */
  cookieSecret: string;
  publicUrl: string;
  clock(): number;
  random(bytes: number): Uint8Array;
  log(message: string): void;
}

export function createPortal({ cookieSecret, ...parts }: PortalServices): Portal {
  const secret = createHmac('sha256', cookieSecret).update('rollcall admin portal sessions').digest('hex');
  const library = lazily(async () => (await import('./library.ts')).portalLibrary({ ...parts, secret }));
  return { accounts: new PortalAccounts({ ...parts, library }), claims: new Claims(parts) };
}
