/** P8: commands that admins send to devices, and their outcome. */
import { randomUUID } from 'node:crypto';
import type { FastifyRequest } from 'fastify';
import {
  command as commandSchema,
  commandBatch,
  commandBody,
  commandsBody,
  commandsMade,
  commandsPage,
  commandsQuery,
  type Command,
  type CommandWish,
  type RefusalReason,
} from '../../protocol/api-commands.ts';
import { RollcallError } from '../../protocol/errors.ts';
import { stateOf } from './rules.ts';
import { batchView, commandView, listCommands, type CommandView } from './queries.ts';
import { isoTime, nullableIsoTime } from '../store/paging.ts';
import { deviceOrFormer, deviceView } from '../devices/queries/devices.ts';
import type { DeviceSearch } from '../devices/queries/search.ts';
import { callerOf } from '../http/access.ts';
import { askedBy, idParams, refusals, type Api } from '../http/api.ts';
import type { HttpDeps } from '../http/deps.ts';
import { viewerOf } from '../devices/present.ts';
import { targetsOf, type Aim } from '../devices/routes/targets.ts';

/** Devices per write: a few milliseconds, with other writes in between. */
const PIECE = 250;
/** Maximum refused devices named in an answer. */
const MAX_NAMED = 1000;

const tags = ['commands'];

function presentCommand(view: CommandView, now: number): Command {
  return {
    id: view.id,
    name: view.name,
    args: JSON.parse(view.args) as Command['args'],
    state: stateOf(view, now),
    createdAt: isoTime(view.createdAt),
    expiresAt: isoTime(view.expiresAt),
    sentAt: nullableIsoTime(view.sentAt),
    deliveredAt: nullableIsoTime(view.deliveredAt),
    endedAt: nullableIsoTime(view.endedAt),
    detail: view.detail,
    by: view.actor,
  };
}

/** The same request always gives the same text, so that equal ones match. */
function argsOf({ args }: CommandWish): { tags?: string[] } {
  return args?.tags === undefined ? {} : { tags: [...new Set(args.tags)] };
}

/** For one device. */
export function commandRoutes(api: Api, deps: HttpDeps): void {
  const { store, clock } = deps;

  api.post(
    '/devices/:id/commands',
    {
      config: { access: 'admin', withTags: 'allowed', scope: 'devices:write' },
      schema: {
        tags,
        summary: 'Send a command to a device; it expires after 24 hours',
        params: idParams,
        body: commandBody,
        response: { 201: commandSchema, ...refusals },
      },
    },
    async (request, reply) => {
      const { id: deviceId } = request.params;
      if ((await deviceView(store.reader, viewerOf(callerOf(request)), deviceId)) === null) throw new RollcallError('not-found');
      const { commands, refused } = await store.write('sendCommands', {
        ...askedBy(request, deps),
        name: request.body.name,
        args: argsOf(request.body),
        batchId: null,
        targets: [{ deviceId, commandId: randomUUID() }],
      });
      const [refusal] = refused;
      if (refusal !== undefined) throw refusalOf(refusal.reason);
      const now = clock();
      const view = await commandView(store.reader, deviceId, commands[0] ?? '', now);
      if (view === null) throw new RollcallError('internal');
      return reply.code(201).send(presentCommand(view, now));
    },
  );

  api.get(
    '/devices/:id/commands',
    {
      config: { scope: 'devices:read' },
      schema: {
        tags,
        summary: 'List commands sent to a device, newest first',
        params: idParams,
        querystring: commandsQuery,
        response: { 200: commandsPage, ...refusals },
      },
    },
    async (request) => {
      const { id: deviceId } = request.params;
      if ((await deviceOrFormer(store.reader, viewerOf(callerOf(request)), deviceId)) === null)
        throw new RollcallError('not-found');
      const now = clock();
      const { items, nextCursor } = await listCommands(store.reader, { deviceId, now }, request.query);
      return { items: items.map((view) => presentCommand(view, now)), nextCursor };
    },
  );
}

function refusalOf(reason: RefusalReason): RollcallError {
  return reason === 'not-enrolled' ? new RollcallError('conflict', { reason }) : new RollcallError(reason);
}

/** For a selection, or for all devices under a filter. */
export function commandsRoutes(api: Api, deps: HttpDeps, search: DeviceSearch): void {
  const { store, clock } = deps;

  api.post(
    '/commands',
    {
      config: { access: 'admin', withTags: 'allowed', scope: 'devices:write' },
      schema: {
        tags,
        summary: 'Send a command to several devices, or to all that match a filter',
        body: commandsBody,
        response: { 201: commandsMade, ...refusals },
      },
    },
    async (request, reply) => reply.code(201).send(await askMany(request, deps, request.body, search)),
  );

  api.get(
    '/commands/batches/:id',
    {
      config: { scope: 'devices:read' },
      schema: {
        tags,
        summary: 'Get the progress of a command to several devices, by state',
        params: idParams,
        response: { 200: commandBatch, ...refusals },
      },
    },
    async (request) => {
      const { id: batch } = request.params;
      const view = await batchView(store.reader, viewerOf(callerOf(request)), batch, clock());
      if (view === null) throw new RollcallError('not-found');
      const commands = Object.values(view.states).reduce((sum, count) => sum + count, 0);
      return { batch, name: view.name, commands, states: view.states };
    },
  );
}

type Refused = { deviceId: string; reason: RefusalReason };
type Many = CommandWish & Aim;

/** In batches; repeating the request after a failure in between is harmless, because the same command is joined. */
async function askMany(
  request: FastifyRequest,
  deps: HttpDeps,
  body: Many,
  search: DeviceSearch,
): Promise<{ batch: string; commands: number; refused: Refused[]; refusedCount: number }> {
  const viewer = viewerOf(callerOf(request));
  const { ids, unseen } = await targetsOf(deps, viewer, body, search);
  const batchId = randomUUID();
  const refused: Refused[] = unseen.map((deviceId) => ({ deviceId, reason: 'not-found' }));
  let commands = 0;
  for (let from = 0; from < ids.length; from += PIECE) {
    const made = await deps.store.write('sendCommands', {
      ...askedBy(request, deps),
      name: body.name,
      args: argsOf(body),
      batchId,
      targets: ids.slice(from, from + PIECE).map((deviceId) => ({ deviceId, commandId: randomUUID() })),
    });
    commands += made.commands.length;
    // A filter also matches boards waiting for approval: commands were not meant for those.
    refused.push(...made.refused.filter(({ reason }) => body.ids !== undefined || reason === 'too-many-waiting'));
  }
  return { batch: batchId, commands, refused: refused.slice(0, MAX_NAMED), refusedCount: refused.length };
}
