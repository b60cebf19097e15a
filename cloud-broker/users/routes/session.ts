import type { WithAccounts } from '../accounts.ts';
import { session as sessionSchema, signInBody, type Session } from '../../../protocol/api.ts';
import { RollcallError } from '../../../protocol/errors.ts';
import type { Principal } from '../../http/access.ts';
import { shownEmail } from '../../identity/emails.ts';
import { domainById, statusOf } from '../../domains/rows.ts';
import { openPost } from '../../identity/routes.ts';
import { nullableIsoTime } from '../../store/paging.ts';
import { hasSecondFactor } from '../queries/second-factor.ts';
import { adminNames } from '../queries/user-list.ts';
import { callerOf } from '../../http/access.ts';
import { emptyBody, nothing, refusals, type Api } from '../../http/api.ts';
import type { HttpDeps } from '../../http/deps.ts';

async function presentSession(deps: HttpDeps & WithAccounts, principal: Principal): Promise<Session> {
  const domain = await domainById(deps.store.reader, principal.domainId);
  if (domain === null) throw new RollcallError('signed-out');
  return {
    user: principal.user,
    email: shownEmail(principal.email),
    role: principal.role,
    secondFactor: await hasSecondFactor(deps.store.reader, principal.userId),
    domain: {
      name: domain.name,
      admins: await adminNames(deps.store.reader, principal),
      organization: domain.organization,
      status: statusOf(domain, deps.clock()),
      trialEndsAt: nullableIsoTime(domain.trialEndsAt),
      closingAt: nullableIsoTime(domain.closingAt),
    },
  };
}

const tags = ['session'];

export function sessionRoutes(api: Api, deps: HttpDeps & WithAccounts): void {
  openPost(
    api,
    '/session',
    {
      tags,
      summary: 'Sign in by name@domain or e-mail, with a code if the second factor is on',
      body: signInBody,
      answer: sessionSchema,
    },
    async ({ user, password, code }, { ip: address, headers }, reply) => {
      const attempt = { user, password, code, address, userAgent: headers['user-agent'] };
      const { principal, cookies } = await deps.accounts.signIn(attempt);
      void reply.header('set-cookie', cookies);
      return presentSession(deps, principal);
    },
  );

  api.get(
    '/session',
    { schema: { tags, summary: 'Get the signed-in user', response: { 200: sessionSchema, ...refusals } } },
    async (request) => presentSession(deps, callerOf(request)),
  );

  api.delete(
    '/session',
    {
      config: { access: 'open' },
      schema: { tags, summary: 'Sign out', body: emptyBody, response: { 204: nothing, ...refusals } },
    },
    async (request, reply) => {
      const cookies = await deps.accounts.signOut(request.headers);
      return reply.header('set-cookie', cookies).code(204).send();
    },
  );
}
