import { endedSessions, own, ownPatch, sessionsPage, sessionsQuery } from '../../../protocol/api-users.ts';
import { languageOfUser, listOwnSessions } from '../queries/user-list.ts';
import { callerOf } from '../../http/access.ts';
import { emptyBody, idParams, nothing, refusals, type Api } from '../../http/api.ts';
import type { HttpDeps } from '../../http/deps.ts';
import { askedByUser } from './users.ts';

/** One's own data needs no credits: ending a session is a remote sign-out (D5). */
const config = { access: 'signed-in', whenDisabled: 'allowed' } as const;

/** D6: the user's own sessions and language. Those of others can be neither seen nor ended here. */
export function ownSessionRoutes(api: Api, deps: HttpDeps): void {
  const { store } = deps;
  const tags = ['session'];
  api.get(
    '/sessions',
    {
      schema: {
        tags,
        summary: 'List your sessions, newest first',
        querystring: sessionsQuery,
        response: { 200: sessionsPage, ...refusals },
      },
    },
    async (request) => {
      const { userId, sessionId } = callerOf(request);
      return listOwnSessions(store.reader, { userId, currentId: sessionId, now: deps.clock() }, request.query);
    },
  );

  api.delete(
    '/sessions/:id',
    {
      config,
      schema: {
        tags,
        summary: 'End one of your sessions',
        params: idParams,
        body: emptyBody,
        response: { 204: nothing, ...refusals },
      },
    },
    async (request, reply) => {
      await store.write('endOwnSession', { ...askedByUser(request, deps), id: request.params.id });
      return reply.code(204).send();
    },
  );

  api.post(
    '/sessions/end-others',
    {
      config,
      schema: {
        tags,
        summary: 'End all your sessions except this one',
        body: emptyBody,
        response: { 200: endedSessions, ...refusals },
      },
    },
    async (request) => store.write('endOtherSessions', askedByUser(request, deps)),
  );

  api.patch(
    '/me',
    {
      config,
      schema: { tags, summary: 'Update the language of your e-mails', body: ownPatch, response: { 200: own, ...refusals } },
    },
    async (request) => {
      const { user, userId } = callerOf(request);
      await store.write('setOwnLanguage', { ...askedByUser(request, deps), language: request.body.language });
      return { user, language: await languageOfUser(store.reader, userId) };
    },
  );
}
