import { approveBody, block as blockSchema, device as deviceSchema, rejectBody } from '../../../protocol/api.ts';
import { RollcallError } from '../../../protocol/errors.ts';
import { deviceOf } from '../../devices/routes/devices.ts';
import { askedBy, idParams, refusals, type Api } from '../../http/api.ts';
import type { HttpDeps } from '../../http/deps.ts';
import { blockView } from '../queries/blocks.ts';
import { presentBlock } from './blocks.ts';

/** E6, E7: decisions about waiting boards. */
export function approvalRoutes(api: Api, deps: HttpDeps): void {
  const { store } = deps;
  const tags = ['approval'];

  api.post(
    '/devices/:id/approve',
    {
      // A board that brings credits may still enrol (D5), which the operation decides.
      config: { access: 'admin', withTags: 'allowed', scope: 'devices:write', whenDisabled: 'allowed' },
      schema: {
        tags,
        summary: 'Approve a pending board, which enrols it',
        params: idParams,
        body: approveBody,
        response: { 200: deviceSchema, ...refusals },
      },
    },
    async (request) => {
      const { id } = request.params;
      const { pending } = await deviceOf(deps, request, id);
      // It would change a device that the caller may not see (D6).
      if (pending?.code === 'key-changed' && pending.competesWith === null) throw new RollcallError('forbidden');
      const { unprovenLimit } = deps.settings;
      const asked = { ...askedBy(request, deps), id, as: request.body.as ?? null, unprovenLimit };
      const { deviceId } = await store.write('approve', asked);
      return deviceOf(deps, request, deviceId);
    },
  );

  api.post(
    '/devices/:id/reject',
    {
      config: { access: 'admin', withTags: 'allowed', scope: 'devices:write', whenDisabled: 'allowed' },
      schema: {
        tags,
        summary: 'Reject a pending board for 30 days, or until the block is lifted',
        params: idParams,
        body: rejectBody,
        response: { 200: blockSchema, ...refusals },
      },
    },
    async (request) => {
      const { id } = request.params;
      await deviceOf(deps, request, id);
      const asked = askedBy(request, deps);
      const { blockId } = await store.write('reject', { ...asked, id, block: request.body.block ?? false });
      const view = await blockView(store.reader, asked.domainId, blockId);
      // The block was lifted in the meantime.
      if (view === null) throw new RollcallError('conflict');
      return presentBlock(view);
    },
  );
}
