import type { FastifyRequest } from 'fastify';
import { RollcallError } from '../../protocol/errors.ts';
import type { Principal, SignedIn } from '../domains/accounts.ts';

/** What a route asks of who calls it. A route that says nothing asks for a session: nothing is open by being forgotten. */
export type Access = 'open' | 'signed-in' | 'admin' | 'billing';

declare module 'fastify' {
  interface FastifyContextConfig {
    access?: Access;
  }
  interface FastifyRequest {
    signedIn: SignedIn | null;
  }
}

function isAdmin({ role }: Pick<Principal, 'role'>): boolean {
  return role === 'admin' || role === 'domain-admin';
}

/** D6: Billing is for admins and for users who were given the permission. */
export function mayBill(principal: Pick<Principal, 'role' | 'billing'>): boolean {
  return isAdmin(principal) || principal.billing;
}

/** Refuses with `signed-out` or `forbidden`. */
export function demandAccess(access: Access, principal: Principal | null): void {
  if (access === 'open') return;
  if (principal === null) throw new RollcallError('signed-out');
  if (access === 'admin' && !isAdmin(principal)) throw new RollcallError('forbidden');
  if (access === 'billing' && !mayBill(principal)) throw new RollcallError('forbidden');
}

/** Who calls a route that is not open. */
export function callerOf(request: FastifyRequest): SignedIn {
  if (request.signedIn === null) throw new RollcallError('signed-out');
  return request.signedIn;
}
