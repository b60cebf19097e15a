/** Checks that every Admin Portal request passes before it reaches its route. A domain's session or key has no effect here (A4). */
import type { FastifyRequest } from 'fastify';
import { RollcallError } from '../../protocol/errors.ts';
import type { PortalUser } from './accounts.ts';
import type { WithPortal } from './portal.ts';
import type { AskedInPortal } from './operations/organizations.ts';
import type { Api } from '../http/api.ts';
import type { HttpDeps } from '../http/deps.ts';
import { demandOrigin } from '../http/access.ts';
import { fromOf } from '../identity/routes.ts';

declare module 'fastify' {
  interface FastifyRequest {
    portalUser: PortalUser | null;
  }
}

/** Adds the hook to `api`. Each route requires a portal session unless it is `open` (default deny). */
export function keepPortalGate(api: Api, { portal, settings }: HttpDeps & WithPortal): void {
  api.decorateRequest('portalUser', null);
  api.addHook('onRequest', async (request, reply) => {
    void reply.header('cache-control', 'no-store');
    const { sessions } = portal.accounts;
    demandOrigin(request, settings.publicUrl, sessions.cookieName);
    request.portalUser = (await sessions.of(request.headers.cookie))?.person ?? null;
    if (request.portalUser === null && request.routeOptions.config.access !== 'open') throw new RollcallError('signed-out');
  });
}

/** The caller of a portal route that is not open. */
export function personOf(request: FastifyRequest): PortalUser {
  if (request.portalUser === null) throw new RollcallError('signed-out');
  return request.portalUser;
}

/** Who requests a change, from where, and when (A3). */
export function askedInPortal(request: FastifyRequest, { clock }: Pick<HttpDeps, 'clock'>): AskedInPortal {
  const { userId, email } = personOf(request);
  return { now: clock(), userId, actor: email, ...fromOf(request) };
}
