/** The device list under a filter, as CSV for spreadsheets. */
import { Readable } from 'node:stream';
import * as z from 'zod';
import { EXPORT_COLUMNS } from '../../../protocol/api-import.ts';
import { devicesQuery } from '../../../protocol/api.ts';
import { isoTime, nullableIsoTime } from '../../store/paging.ts';
import type { DeviceView, Viewer } from '../queries/devices.ts';
import { pageOfDevices } from '../queries/found-devices.ts';
import type { DeviceSearch } from '../queries/search.ts';
import { callerOf } from '../../http/access.ts';
import { refusals, type Api } from '../../http/api.ts';
import { csvLines } from '../../http/csv.ts';
import type { HttpDeps } from '../../http/deps.ts';
import { momentOf, viewerOf } from '../present.ts';

const ROWS_A_PIECE = 250;

const asked = devicesQuery.omit({ cursor: true, limit: true });
type Asked = z.output<typeof asked>;

function rowOf(view: DeviceView, lastHeartbeatAt: number | null): (string | number | null)[] {
  return [
    view.id,
    view.serial,
    view.label,
    // Only a JSON list brings back every tag unchanged, since tags may contain commas and semicolons.
    view.tags,
    view.status,
    isoTime(view.statusSince),
    view.model,
    view.manufacturer,
    view.firmware,
    view.os,
    view.arch,
    view.agentVersion,
    view.serialSource,
    nullableIsoTime(view.enrolledAt),
    view.granted,
    nullableIsoTime(lastHeartbeatAt),
  ];
}

/** Generated page by page: what a slow reader has not taken yet stays in the database, not in memory. */
async function* csvOf(deps: HttpDeps, search: DeviceSearch, viewer: Viewer, filter: Asked): AsyncGenerator<string> {
  yield csvLines([EXPORT_COLUMNS]);
  // All pages use the same moment, so that they all belong to the same list.
  const moment = momentOf(deps);
  for (let cursor: string | undefined; ;) {
    const page = await pageOfDevices(deps.store.reader, search, viewer, { ...filter, limit: ROWS_A_PIECE, cursor }, moment);
    if (page.items.length > 0)
      yield csvLines(page.items.map((view) => rowOf(view, deps.presence.of(view.id)?.lastHeartbeatAt ?? null)));
    if (page.nextCursor === null) return;
    cursor = page.nextCursor;
  }
}

export function devicesCsvRoute(api: Api, deps: HttpDeps, search: DeviceSearch): void {
  api.get(
    '/devices.csv',
    {
      config: { scope: 'devices:read' },
      schema: {
        tags: ['devices'],
        summary: 'Export the devices that match a filter as CSV',
        querystring: asked,
        response: { 200: z.unknown().describe('CSV'), ...refusals },
      },
    },
    async (request, reply) => {
      const viewer = viewerOf(callerOf(request));
      return reply
        .header('content-type', 'text/csv; charset=utf-8')
        .header('content-disposition', 'attachment; filename="devices.csv"')
        .send(Readable.from(csvOf(deps, search, viewer, request.query)));
    },
  );
}
