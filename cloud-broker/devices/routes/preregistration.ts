/** Labels and tags by serial number, also for future displays. */
import { expectedPage, expectedQuery, importBody, importReport, type ImportReport } from '../../../protocol/api-import.ts';
import { expectedCount, judge, MAX_EXPECTED, type Judged } from '../preregistration.ts';
import { isoTime } from '../../store/paging.ts';
import { listExpected } from '../queries/preregistration.ts';
import { callerOf } from '../../http/access.ts';
import { askedBy, emptyBody, nothing, refusals, type Api } from '../../http/api.ts';
import type { HttpDeps } from '../../http/deps.ts';

const tags = ['devices'];
const listOf = (json: string | null): string[] | null => (json === null ? null : (JSON.parse(json) as string[]));

function present(lines: readonly { line: number }[], judged: readonly Judged[]): ImportReport {
  return {
    rows: judged.map(({ verdict, deviceId, before }, index) => ({
      line: lines[index]?.line ?? 0,
      verdict,
      deviceId,
      before: before === null ? null : { label: before.label, tags: listOf(before.tags) },
    })),
  };
}

export function expectedRoutes(api: Api, deps: HttpDeps): void {
  const { store } = deps;

  api.post(
    '/devices/import',
    {
      config: { access: 'admin', scope: 'devices:write' },
      schema: {
        tags,
        summary: 'Import labels and tags by serial, also for displays yet to enrol',
        body: importBody,
        response: { 200: importReport, ...refusals },
      },
    },
    async (request) => {
      const { rows, preview } = request.body;
      if (!preview) return present(rows, await store.write('importNames', { ...askedBy(request, deps), rows }));
      const { domainId } = callerOf(request);
      const mayWait = (await expectedCount(store.reader, domainId)) < MAX_EXPECTED;
      return present(rows, await Promise.all(rows.map(async (row) => judge(store.reader, domainId, row, mayWait))));
    },
  );

  api.get(
    '/devices/expected',
    {
      config: { access: 'admin', scope: 'devices:read' },
      schema: {
        tags,
        summary: 'List labels and tags imported for displays yet to enrol',
        querystring: expectedQuery,
        response: { 200: expectedPage, ...refusals },
      },
    },
    async (request) => {
      const page = await listExpected(store.reader, callerOf(request).domainId, request.query);
      const items = page.items.map(({ serial, label, tags: list, uploadedAt }) => ({
        serial,
        label,
        tags: listOf(list),
        uploadedAt: isoTime(uploadedAt),
      }));
      return { ...page, items };
    },
  );

  api.delete(
    '/devices/expected',
    {
      config: { access: 'admin', scope: 'devices:write' },
      schema: {
        tags,
        summary: 'Delete labels and tags imported for displays yet to enrol',
        body: emptyBody,
        response: { 204: nothing, ...refusals },
      },
    },
    async (request, reply) => {
      await store.write('forgetExpected', askedBy(request, deps));
      return reply.code(204).send();
    },
  );
}
