import * as z from 'zod';
import { blocksPage, cursor, limit, type Block } from '../../../protocol/api.ts';
import { checkCode } from '../../../protocol/signing.ts';
import { isoTime, nullableIsoTime } from '../../store/paging.ts';
import { listBlocks, type BlockView } from '../queries/blocks.ts';
import { callerOf } from '../../http/access.ts';
import { askedBy, emptyBody, idParams, nothing, refusals, type Api } from '../../http/api.ts';
import type { HttpDeps } from '../../http/deps.ts';

/** A block as the API shows it. */
export function presentBlock(view: BlockView): Block {
  return {
    id: view.id,
    serial: view.serial,
    checkCode: checkCode(view.keyFingerprint),
    kind: view.kind,
    since: isoTime(view.sinceAt),
    until: nullableIsoTime(view.untilAt),
    by: view.actor,
  };
}

/** E6: rejections and blocks by a person, and lifting them. */
export function blockRoutes(api: Api, deps: HttpDeps): void {
  const { store } = deps;
  const tags = ['approval'];

  api.get(
    '/blocks',
    {
      // A block has no tags: it concerns the whole domain.
      config: { scope: 'devices:read', withTags: 'refused' },
      schema: {
        tags,
        summary: 'List blocked boards',
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
