import * as z from 'zod';
import { cursor, limit } from '../../../protocol/api.ts';
import { heldPage } from '../../../protocol/api-held.ts';
import { isoTime } from '../../store/paging.ts';
import { listHeld } from '../queries/held.ts';
import { callerOf } from '../../http/access.ts';
import { refusals, type Api } from '../../http/api.ts';
import type { HttpDeps } from '../../http/deps.ts';
import { viewerOf } from '../../devices/present.ts';

/** E14: which devices brought credits that the operator has not released yet. */
export function heldRoutes(api: Api, deps: HttpDeps): void {
  api.get(
    '/billing/held',
    {
      config: { access: 'billing', scope: 'billing' },
      schema: {
        tags: ['billing'],
        summary: 'List devices whose credits are held',
        querystring: z.object({ cursor, limit }),
        response: { 200: heldPage, ...refusals },
      },
    },
    async (request) => {
      const { items, ...list } = await listHeld(deps.store.reader, viewerOf(callerOf(request)), request.query);
      return { ...list, items: items.map((held) => ({ ...held, enrolledAt: isoTime(held.enrolledAt) })) };
    },
  );
}
