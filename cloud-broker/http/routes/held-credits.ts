import * as z from 'zod';
import { cursor, limit } from '../../../protocol/api.ts';
import { heldPage } from '../../../protocol/api-held.ts';
import { isoTime } from '../../store/queries/cursor.ts';
import { listHeld } from '../../store/queries/held.ts';
import { callerOf } from '../access.ts';
import { refusals, type Api } from '../api.ts';
import type { HttpDeps } from '../deps.ts';
import { viewerOf } from '../present.ts';

/** E14: which devices brought credits that the operator has not let go yet. */
export function heldRoutes(api: Api, deps: HttpDeps): void {
  api.get(
    '/billing/held',
    {
      config: { access: 'billing', scope: 'billing' },
      schema: {
        tags: ['billing'],
        summary: 'Devices whose credits are held',
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
