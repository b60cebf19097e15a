/** Checks on every request to the user API before its route: source address, caller, permission, and the domain's state. */
import type { FastifyRequest } from 'fastify';
import { RollcallError } from '../../protocol/errors.ts';
import type { WithAccounts } from './accounts.ts';
import { domainById, statusOf } from '../domains/rows.ts';
import { demandAccess, demandOrigin, type SignedIn } from '../http/access.ts';
import type { Api } from '../http/api.ts';
import type { Callers } from './callers.ts';
import type { HttpDeps } from '../http/deps.ts';

const READING = new Set(['GET', 'HEAD', 'OPTIONS']);

/** D5: a domain without credits may change only what its route allows. Refuses with `domain-disabled`. */
async function demandCredits(request: FastifyRequest, caller: SignedIn, { store, clock }: HttpDeps): Promise<void> {
  const { config } = request.routeOptions;
  if (READING.has(request.method) || config.whenDisabled === 'allowed') return;
  const domain = await domainById(store.reader, caller.domainId);
  if (domain !== null && statusOf(domain, clock()) === 'disabled') throw new RollcallError('domain-disabled');
}

/** Adds the hook to `api`. Every route requires a session unless it states otherwise (default deny). */
export function keepGate(api: Api, deps: HttpDeps & WithAccounts, callers: Callers): void {
  api.addHook('onRequest', async (request, reply) => {
    void reply.header('cache-control', 'no-store');
    demandOrigin(request, deps.settings.publicUrl, deps.accounts.cookieName);
    const caller = await callers.of(request.headers, request.ip);
    request.signedIn = caller;
    const { config } = request.routeOptions;
    demandAccess(config, caller);
    // An open route makes no changes in the caller's domain.
    if (caller !== null && config.access !== 'open') await demandCredits(request, caller, deps);
  });
}
