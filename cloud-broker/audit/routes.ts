import { auditPage, auditQuery } from '../../protocol/api-audit.ts';
import { listAudit } from './queries.ts';
import { callerOf } from '../http/access.ts';
import { refusals, type Api } from '../http/api.ts';
import type { HttpDeps } from '../http/deps.ts';

/** A3. Closed to API keys, because it names no scope. */
export function auditRoutes(api: Api, deps: HttpDeps): void {
  api.get(
    '/audit',
    {
      config: { access: 'admin' },
      schema: {
        tags: ['audit'],
        summary: 'List audit entries, newest first',
        querystring: auditQuery,
        response: { 200: auditPage, ...refusals },
      },
    },
    async (request) => listAudit(deps.store.reader, callerOf(request).domainId, request.query),
  );
}
