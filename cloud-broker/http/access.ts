import type { FastifyContextConfig, FastifyRequest } from 'fastify';
import type { ApiScope } from '../../protocol/api-keys.ts';
import type { Role } from '../../protocol/api.ts';
import { RollcallError } from '../../protocol/errors.ts';
import { originVerdict } from './origin.ts';

/** A signed-in user. */
export interface Principal {
  userId: string;
  /** `name@domain`. */
  user: string;
  email: string;
  role: Role;
  domainId: number;
  /** The Billing permission; admins have it through their role. */
  billing: boolean;
  /** A user with tags sees only devices with all of them (D6). */
  tags: string[];
}

/** The caller: a user with a session, or an API key, which has `scopes` (A2). */
export interface SignedIn extends Principal {
  sessionId: string;
  scopes?: readonly ApiScope[];
}

/** What identifies the caller: a session's cookie, or a key. */
export interface CallerHeaders {
  cookie?: string | undefined;
  authorization?: string | undefined;
}

/** What a route requires of its caller. A route that specifies nothing requires a session, so that no route is left open by accident. */
type Access = 'open' | 'signed-in' | 'admin' | 'domain-admin' | 'billing';

declare module 'fastify' {
  interface FastifyContextConfig {
    access?: Access;
    /** A2: the scope an API key needs to call this; a route without one is closed to keys. */
    scope?: ApiScope;
    /** D5: in a disabled domain every change is refused unless its route says otherwise. */
    whenDisabled?: 'allowed';
    /**
     * D6: users with tags. An admin route is closed to them unless it shows and changes only devices they see; any other is open to them unless it
     * declares that it concerns the whole domain.
     */
    withTags?: 'allowed' | 'refused';
  }
  interface FastifyRequest {
    signedIn: SignedIn | null;
  }
}

function isAdmin({ role }: Pick<Principal, 'role'>): boolean {
  return role === 'admin' || role === 'domain-admin';
}

/** D6: Billing is for users with the permission, and for admins by their role, if they see the whole domain. */
export function mayBill(principal: Pick<Principal, 'role' | 'billing' | 'tags'>): boolean {
  return principal.billing || (isAdmin(principal) && principal.tags.length === 0);
}

/** Refuses with `signed-out` or `forbidden`. A key needs the route's scope instead of a role (A2). */
export function demandAccess(
  { access = 'signed-in', scope, withTags }: Pick<FastifyContextConfig, 'access' | 'scope' | 'withTags'>,
  principal: SignedIn | null,
): void {
  if (principal?.scopes !== undefined) {
    if (scope === undefined || !principal.scopes.includes(scope)) throw new RollcallError('forbidden');
    return;
  }
  if (access === 'open') return;
  if (principal === null) throw new RollcallError('signed-out');
  if (access === 'domain-admin' && principal.role !== 'domain-admin') throw new RollcallError('forbidden');
  if (access === 'admin' && !isAdmin(principal)) throw new RollcallError('forbidden');
  if (access === 'billing' && !mayBill(principal)) throw new RollcallError('forbidden');
  const isAdmins = access === 'admin' || access === 'domain-admin';
  const tagsVerdict = withTags ?? (isAdmins ? 'refused' : 'allowed');
  if (principal.tags.length > 0 && tagsVerdict === 'refused') throw new RollcallError('forbidden');
}

/** A5. Refuses with `origin-refused`. An API key is sent without a cookie, and its sender needs no Origin (A2). */
export function demandOrigin(request: FastifyRequest, publicUrl: string | null, cookieName: string): void {
  const { method, headers } = request;
  const { origin, referer, host } = headers;
  const site = headers['sec-fetch-site'];
  const secFetchSite = Array.isArray(site) ? site[0] : site;
  const verdict = originVerdict({ method, origin, referer, host, secFetchSite, publicUrl });
  const hasCookie = headers.cookie?.includes(cookieName) === true;
  if (verdict === 'foreign' || (hasCookie && verdict !== 'ours')) throw new RollcallError('origin-refused');
}

/** The caller of a route that is not open. */
export function callerOf(request: FastifyRequest): SignedIn {
  if (request.signedIn === null) throw new RollcallError('signed-out');
  return request.signedIn;
}
