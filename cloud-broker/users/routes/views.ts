import { viewBody, viewList, viewMade } from '../../../protocol/api-views.ts';
import { savedViews } from '../queries/saved-views.ts';
import { callerOf } from '../../http/access.ts';
import { emptyBody, idParams, nothing, refusals, type Api } from '../../http/api.ts';
import type { HttpDeps } from '../../http/deps.ts';
import { askedByUser } from './users.ts';

/** Views are personal, like the language: nobody else sees them, and they need no credits (D5). */
const config = { access: 'signed-in', whenDisabled: 'allowed' } as const;

export function viewRoutes(api: Api, deps: HttpDeps): void {
  const { store } = deps;
  const tags = ['devices'];
  api.get(
    '/me/views',
    { schema: { tags, summary: 'List your saved views of Devices', response: { 200: viewList, ...refusals } } },
    async (request) => ({ items: await savedViews(store.reader, callerOf(request).userId) }),
  );

  api.post(
    '/me/views',
    {
      config,
      schema: { tags, summary: 'Create a saved view', body: viewBody, response: { 200: viewMade, ...refusals } },
    },
    async (request) => store.write('saveView', { ...askedByUser(request, deps), ...request.body }),
  );

  api.delete(
    '/me/views/:id',
    {
      config,
      schema: {
        tags,
        summary: 'Delete a saved view',
        params: idParams,
        body: emptyBody,
        response: { 204: nothing, ...refusals },
      },
    },
    async (request, reply) => {
      await store.write('deleteView', { ...askedByUser(request, deps), id: request.params.id });
      return reply.code(204).send();
    },
  );
}
