import type { FastifyRequest } from 'fastify';
import {
  device as deviceSchema,
  deviceCounts,
  devicePatch,
  devicesPage,
  devicesQuery,
  type Device,
} from '../../../protocol/api.ts';
import { RollcallError } from '../../../protocol/errors.ts';
import { isoTime } from '../../store/paging.ts';
import { countDevices, deviceOrFormer, deviceView } from '../queries/devices.ts';
import { pageOfDevices } from '../queries/found-devices.ts';
import type { DeviceSearch } from '../queries/search.ts';
import { callerOf } from '../../http/access.ts';
import { askedBy, emptyBody, idParams, nothing, refusals, type Api } from '../../http/api.ts';
import type { HttpDeps } from '../../http/deps.ts';
import { momentOf, presentDevice, viewerOf } from '../present.ts';

/** The device as the caller sees it. Refuses with `not-found` both a device of another domain and one that never existed (A4). */
export async function deviceOf(deps: HttpDeps, request: FastifyRequest, id: string): Promise<Device> {
  const view = await deviceView(deps.store.reader, viewerOf(callerOf(request)), id);
  if (view === null) throw new RollcallError('not-found');
  return presentDevice(view, deps.presence.of(id));
}

export function deviceRoutes(api: Api, deps: HttpDeps, search: DeviceSearch): void {
  const { store } = deps;
  const tags = ['devices'];

  api.get(
    '/devices',
    {
      config: { scope: 'devices:read' },
      schema: { tags, summary: 'List devices', querystring: devicesQuery, response: { 200: devicesPage, ...refusals } },
    },
    async (request) => {
      const viewer = viewerOf(callerOf(request));
      const page = await pageOfDevices(store.reader, search, viewer, request.query, momentOf(deps));
      return { ...page, items: page.items.map((view) => presentDevice(view, deps.presence.of(view.id))) };
    },
  );

  api.get(
    '/devices/counts',
    {
      config: { scope: 'devices:read' },
      schema: { tags, summary: 'Count devices by status filter', response: { 200: deviceCounts, ...refusals } },
    },
    async (request) => {
      const { settlesAt } = deps.presence;
      const counts = await countDevices(store.reader, viewerOf(callerOf(request)));
      return settlesAt === null ? counts : { ...counts, settlesAt: isoTime(settlesAt) };
    },
  );

  api.get(
    '/devices/:id',
    {
      config: { scope: 'devices:read' },
      schema: {
        tags,
        summary: 'Get one device, enrolled or unenrolled',
        params: idParams,
        response: { 200: deviceSchema, ...refusals },
      },
    },
    async (request) => {
      const { id } = request.params;
      const view = await deviceOrFormer(store.reader, viewerOf(callerOf(request)), id);
      if (view === null) throw new RollcallError('not-found');
      return presentDevice(view, deps.presence.of(id));
    },
  );
}

/** Changes by an admin to a device. */
export function deviceChangeRoutes(api: Api, deps: HttpDeps): void {
  const { store } = deps;
  const tags = ['devices'];

  api.patch(
    '/devices/:id',
    {
      config: { access: 'admin', withTags: 'allowed', scope: 'devices:write' },
      schema: {
        tags,
        summary: 'Update the label and tags of a device',
        params: idParams,
        body: devicePatch,
        response: { 200: deviceSchema, ...refusals },
      },
    },
    async (request) => {
      const { id } = request.params;
      await deviceOf(deps, request, id);
      const { label, tags: newTags } = request.body;
      await store.write('changeDevice', {
        ...askedBy(request, deps),
        id,
        label: label ?? null,
        tags: newTags === undefined ? null : [...new Set(newTags)],
      });
      return deviceOf(deps, request, id);
    },
  );

  api.delete(
    '/devices/:id',
    {
      config: { access: 'admin', withTags: 'allowed', scope: 'devices:write', whenDisabled: 'allowed' },
      schema: { tags, summary: 'Unenrol a device', params: idParams, body: emptyBody, response: { 204: nothing, ...refusals } },
    },
    async (request, reply) => {
      const { id } = request.params;
      await deviceOf(deps, request, id);
      await store.write('unenrol', { ...askedBy(request, deps), id });
      return reply.code(204).send();
    },
  );
}
