import { Readable } from 'node:stream';
import * as z from 'zod';
import { cursor, foldedPage, historyPage, historyQuery, limit, usedDay } from '../../../protocol/api.ts';
import { RollcallError } from '../../../protocol/errors.ts';
import { dayOfDate } from '../../ledger/rules/usage.ts';
import { listHistory } from '../queries/billing.ts';
import { foldedHistory } from '../queries/history.ts';
import { historyRowFor } from '../queries/history-row.ts';
import { devicesOfDay, usageDay } from '../queries/usage.ts';
import type { Viewer } from '../../devices/queries/devices.ts';
import type { Reads } from '../../store/tx.ts';
import { callerOf } from '../../http/access.ts';
import { refusals, type Api } from '../../http/api.ts';
import { csvLines } from '../../http/csv.ts';
import type { HttpDeps } from '../../http/deps.ts';
import { viewerOf } from '../../devices/present.ts';

const tags = ['billing'];
const CSV_ROWS = 500;
const CSV_HEAD = [
  'n',
  'at',
  'date',
  'what',
  'credits',
  'balanceAfter',
  'serial',
  'label',
  'device',
  'key',
  'who',
  'reason',
  'previousHash',
  'hash',
];

/** The whole history, newest first, page by page: what a slow reader has not taken yet stays in the database, not in memory. */
async function* csvOf(tx: Reads, viewer: Viewer): AsyncGenerator<string> {
  yield csvLines([CSV_HEAD]);
  for (let after: string | undefined; ;) {
    const page = await listHistory(tx, viewer.domainId, { cursor: after, limit: CSV_ROWS });
    const rows = await Promise.all(
      page.items.map(async (view) => {
        const row = await historyRowFor(tx, viewer, view);
        const { serial = '', label = '', device = '', key = '', date = '' } = row;
        return [
          row.n,
          row.at,
          date,
          row.kind,
          row.credits,
          row.balanceAfter,
          serial,
          label,
          device,
          key,
          row.actor,
          row.reason ?? '',
          view.previousHash,
          row.hash,
        ];
      }),
    );
    if (rows.length > 0) yield csvLines(rows);
    if (page.nextCursor === null) return;
    after = page.nextCursor;
  }
}

/** L7: what a row of daily use was charged for. */
function usageDays(api: Api, deps: HttpDeps): void {
  const { reader } = deps.store;
  api.get(
    '/billing/days/:date',
    {
      config: { access: 'billing', scope: 'billing' },
      schema: {
        tags,
        summary: 'Get a closed day of use and its devices',
        params: z.object({ date: z.iso.date() }),
        querystring: z.object({ cursor, limit }),
        response: { 200: usedDay, ...refusals },
      },
    },
    async (request) => {
      const viewer = viewerOf(callerOf(request));
      const { date } = request.params;
      const day = await usageDay(reader, viewer.domainId, dayOfDate(date));
      if (day === null) throw new RollcallError('not-found');
      const { devices, charged, waived } = day;
      return { date, devices, charged, waived: waived === 1, ...(await devicesOfDay(reader, viewer, day.day, request.query)) };
    },
  );
}

/** L8: all credit movements, in three formats. */
export function historyRoutes(api: Api, deps: HttpDeps): void {
  const { reader } = deps.store;
  usageDays(api, deps);

  api.get(
    '/billing/history',
    {
      config: { access: 'billing', scope: 'billing' },
      schema: {
        tags,
        summary: 'List every movement of credits, newest first',
        querystring: historyQuery,
        response: { 200: historyPage, ...refusals },
      },
    },
    async (request) => {
      const viewer = viewerOf(callerOf(request));
      const page = await listHistory(reader, viewer.domainId, request.query);
      return { ...page, items: await Promise.all(page.items.map(async (view) => historyRowFor(reader, viewer, view))) };
    },
  );

  api.get(
    '/billing/history/folded',
    {
      config: { access: 'billing', scope: 'billing' },
      schema: {
        tags,
        summary: 'List movements of credits with consecutive days of use combined',
        querystring: historyQuery,
        response: { 200: foldedPage, ...refusals },
      },
    },
    async (request) => {
      const viewer = viewerOf(callerOf(request));
      const { items, nextCursor } = await foldedHistory(reader, viewer.domainId, request.query);
      const rows = await Promise.all(
        items.map(async ({ run, ...view }) => ({
          ...(await historyRowFor(reader, viewer, view)),
          ...(run === null ? {} : { run }),
        })),
      );
      return { items: rows, nextCursor };
    },
  );

  api.get(
    '/billing/history.csv',
    {
      config: { access: 'billing', scope: 'billing' },
      schema: {
        tags,
        summary: 'Export the whole history as CSV, with the hash of each row',
        response: { 200: z.unknown().describe('CSV'), ...refusals },
      },
    },
    async (request, reply) =>
      reply
        .header('content-type', 'text/csv; charset=utf-8')
        .header('content-disposition', 'attachment; filename="billing-history.csv"')
        .send(Readable.from(csvOf(reader, viewerOf(callerOf(request))))),
  );
}
