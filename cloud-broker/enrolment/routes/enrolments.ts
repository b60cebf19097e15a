/** The enrolment log (E11): recent refusals, and how a device enrolled. */
import { deviceEnrolment, refusedPage, refusedQuery } from '../../../protocol/api-enrolment.ts';
import { RollcallError } from '../../../protocol/errors.ts';
import { deviceOrFormer } from '../../devices/queries/devices.ts';
import { enrolmentOf, listRefused } from '../queries/log.ts';
import { callerOf } from '../../http/access.ts';
import { idParams, refusals, type Api } from '../../http/api.ts';
import type { HttpDeps } from '../../http/deps.ts';
import { viewerOf } from '../../devices/present.ts';

export function enrolmentRoutes(api: Api, { store }: HttpDeps): void {
  const tags = ['approval'];

  api.get(
    '/enrolments/refused',
    {
      // A refused board has no tags: it concerns the whole domain.
      config: { scope: 'devices:read', withTags: 'refused' },
      schema: {
        tags,
        summary: 'List refused enrolment attempts, newest first',
        querystring: refusedQuery,
        response: { 200: refusedPage, ...refusals },
      },
    },
    async (request) => listRefused(store.reader, callerOf(request).domainId, request.query),
  );

  api.get(
    '/devices/:id/enrolment',
    {
      config: { scope: 'devices:read' },
      schema: {
        tags,
        summary: 'Get the enrolment of a device, step by step, and its certificate',
        params: idParams,
        response: { 200: deviceEnrolment, ...refusals },
      },
    },
    async (request) => {
      const { id } = request.params;
      const view = await deviceOrFormer(store.reader, viewerOf(callerOf(request)), id);
      const found = view === null ? null : await enrolmentOf(store.reader, id);
      if (found === null) throw new RollcallError('not-found');
      return found;
    },
  );
}
