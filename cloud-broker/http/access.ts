import type { FastifyContextConfig, FastifyRequest } from 'fastify';
import type { ApiScope } from '../../protocol/api-keys.ts';
import { RollcallError } from '../../protocol/errors.ts';
import type { Principal, SignedIn } from '../domains/accounts.ts';

/** What a route asks of who calls it. A route that says nothing asks for a session: nothing is open by being forgotten. */
type Access = 'open' | 'signed-in' | 'admin' | 'domain-admin' | 'billing';

declare module 'fastify' {
  interface FastifyContextConfig {
    access?: Access;
    /** A2: what an API key must be allowed to call this; a route that names none is closed to keys. */
    scope?: ApiScope;
    /** D5: in a disabled domain every change is refused unless its route says otherwise. */
    whenDisabled?: 'allowed';
    /**
     * D6: users with tags. An admin's route is closed to them unless it shows and changes nothing but devices that they see; any other
     * is open to them unless it says that it is of the whole domain.
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

/** D6: Billing is for who was given the permission, and for admins by their role, if they see the whole domain. */
export function mayBill(principal: Pick<Principal, 'role' | 'billing' | 'tags'>): boolean {
  return principal.billing || (isAdmin(principal) && principal.tags.length === 0);
}

/** Refuses with `signed-out` or `forbidden`. A key is asked for the route's scope instead of a role (A2). */
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

/** Who calls a route that is not open. */
export function callerOf(request: FastifyRequest): SignedIn {
  if (request.signedIn === null) throw new RollcallError('signed-out');
  return request.signedIn;
}
