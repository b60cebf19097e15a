import * as z from 'zod';
import { blocksPage, cursor, limit } from '../../../protocol/api.ts';
import { listBlocks } from '../queries/blocks.ts';
import { callerOf } from '../../http/access.ts';
import { askedBy, emptyBody, idParams, nothing, refusals, type Api } from '../../http/api.ts';
import type { HttpDeps } from '../../http/deps.ts';
import { presentBlock } from '../../devices/present.ts';

/** E6: what a person has turned away, and lifting it again. */
export function blockRoutes(api: Api, deps: HttpDeps): void {
  const { store } = deps;
  const tags = ['approval'];

  api.get(
    '/blocks',
    {
      // A block has no tags: it is of the whole domain.
      config: { scope: 'devices:read', withTags: 'refused' },
      schema: {
        tags,
        summary: 'Boards that were turned away',
        querystring: z.object({ cursor, limit }),
        response: { 200: blocksPage, ...refusals },
      },
    },
    async (request) => {
      const { items, nextCursor, total } = await listBlocks(
        store.reader,
        callerOf(request).domainId,
        request.query,
        deps.clock(),
      );
      return { items: items.map(presentBlock), nextCursor, total };
    },
  );

  api.delete(
    '/blocks/:id',
    {
      config: { access: 'admin', scope: 'devices:write', whenDisabled: 'allowed' },
      schema: { tags, summary: 'Lift a block', params: idParams, body: emptyBody, response: { 204: nothing, ...refusals } },
    },
    async (request, reply) => {
      await store.write('liftBlock', { ...askedBy(request, deps), blockId: request.params.id });
      return reply.code(204).send();
    },
  );
}
