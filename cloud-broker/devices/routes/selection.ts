/** Operations on several devices at once, in pieces, so that other writes can run in between. */
import {
  findBody,
  findMade,
  tagsBody,
  tagsMade,
  unenrolBody,
  unenrolMade,
  type TagsMade,
  type UnenrolMade,
} from '../../../protocol/api-selection.ts';
import { devicesBySerial } from '../queries/by-serial.ts';
import type { DeviceSearch } from '../queries/search.ts';
import { callerOf } from '../../http/access.ts';
import { askedBy, refusals, type Api } from '../../http/api.ts';
import type { HttpDeps } from '../../http/deps.ts';
import { presentDevice, viewerOf } from '../present.ts';
import { targetsOf } from './targets.ts';

/** Devices changed in one write, which takes a few milliseconds. */
const TAGS_PIECE = 200;
const UNENROL_PIECE = 50;
const MAX_CHANGED_NAMED = 5000;
const MAX_REFUSED_NAMED = 1000;

const tags = ['devices'];

function* piecesOf(ids: readonly string[], size: number): Generator<string[]> {
  for (let from = 0; from < ids.length; from += size) yield ids.slice(from, from + size);
}

export function selectionRoutes(api: Api, deps: HttpDeps, search: DeviceSearch): void {
  const { store } = deps;

  api.post(
    '/devices/find',
    {
      config: { scope: 'devices:read', whenDisabled: 'allowed' },
      schema: { tags, summary: 'Find devices by their serials', body: findBody, response: { 200: findMade, ...refusals } },
    },
    async (request) => {
      const { found, missing } = await devicesBySerial(store.reader, viewerOf(callerOf(request)), request.body.serials);
      return { found: found.map((view) => presentDevice(view, deps.presence.of(view.id))), missing };
    },
  );

  api.post(
    '/devices/tags',
    {
      config: { access: 'admin', withTags: 'allowed', scope: 'devices:write' },
      schema: {
        tags,
        summary: 'Add and remove tags of several devices, or of all that match a filter',
        body: tagsBody,
        response: { 200: tagsMade, ...refusals },
      },
    },
    async (request) => {
      const { add, remove, ...aim } = request.body;
      const { ids, unseen } = await targetsOf(deps, viewerOf(callerOf(request)), aim, search);
      const made: TagsMade = { changed: [], changedCount: 0, unchanged: 0, refused: notFound(unseen), refusedCount: 0 };
      for (const piece of piecesOf(ids, TAGS_PIECE)) {
        const { changed, unchanged, refused } = await store.write('changeTags', {
          ...askedBy(request, deps),
          ids: piece,
          add,
          remove,
        });
        made.changed.push(...changed);
        made.refused.push(...refused);
        made.unchanged += unchanged;
      }
      return {
        changed: made.changed.slice(0, MAX_CHANGED_NAMED),
        changedCount: made.changed.length,
        unchanged: made.unchanged,
        refused: made.refused.slice(0, MAX_REFUSED_NAMED),
        refusedCount: made.refused.length,
      };
    },
  );

  api.post(
    '/devices/unenrol',
    {
      config: { access: 'admin', withTags: 'allowed', scope: 'devices:write', whenDisabled: 'allowed' },
      schema: { tags, summary: 'Unenrol several devices', body: unenrolBody, response: { 200: unenrolMade, ...refusals } },
    },
    async (request) => {
      const viewer = viewerOf(callerOf(request));
      const { ids, unseen } = await targetsOf(deps, viewer, request.body, search);
      const made: UnenrolMade = { unenrolled: [], refused: notFound(unseen) };
      for (const piece of piecesOf(ids, UNENROL_PIECE)) {
        const { unenrolled, refused } = await store.write('unenrolSome', { ...askedBy(request, deps), ids: piece });
        made.unenrolled.push(...unenrolled);
        made.refused.push(...refused);
      }
      return made;
    },
  );
}

const notFound = (ids: readonly string[]) => ids.map((deviceId) => ({ deviceId, reason: 'not-found' as const }));
