/** The Admin Portal (K3, K4): a service beside the domains, with its own users, organisations and claims. */
import { createHmac } from 'node:crypto';
import type { RealmServices } from '../identity/access.ts';
import type { Passwords } from '../identity/passwords.ts';
import { lazily } from '../../protocol/lazily.ts';
import { PortalAccounts } from './accounts.ts';
import { Claims } from './claims.ts';
import { portalRealm } from './realm.ts';

export interface Portal {
  accounts: PortalAccounts;
  claims: Claims;
}

/** Additional dependencies of the portal's routes. Nothing of a domain gives access to the portal, or the reverse. */
export interface WithPortal {
  portal: Portal;
}

export interface PortalServices extends Omit<RealmServices, 'library'> {
  /** Shared with the domains' accounts, so that hashing never uses more of the machine than those may. */
  passwords: Passwords;
  /** At least 32 characters (S1). The portal derives its own secret from it, so that a cookie signed for a domain is invalid here. */
  cookieSecret: string;
}

export function createPortal({ cookieSecret, ...parts }: PortalServices): Portal {
  const secret = createHmac('sha256', cookieSecret).update('rollcall admin portal sessions').digest('hex');
  const library = lazily(async () => (await import('../identity/library.ts')).signInLibrary(portalRealm, { ...parts, secret }));
  return { accounts: new PortalAccounts({ ...parts, library }), claims: new Claims(parts) };
}
