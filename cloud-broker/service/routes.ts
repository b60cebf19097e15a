import { discovery as discoverySchema } from '../../protocol/api.ts';
import { PROTOCOL_VERSION } from '../../protocol/topics.ts';
import * as z from 'zod';
import { isoTime } from '../store/paging.ts';
import { refusals, type Api } from '../http/api.ts';
import type { HttpDeps } from '../http/deps.ts';

/** Endpoints for machines: is the service alive, can it work, how is it doing, where do devices connect (S3). */
export function serviceRoutes(app: Api, deps: HttpDeps): void {
  const tags = ['service'];

  app.get(
    '/healthz',
    { schema: { tags, summary: 'Check that the process is alive', response: { 200: z.object({ status: z.literal('ok') }) } } },
    async () => ({
      status: 'ok' as const,
    }),
  );

  app.get(
    '/readyz',
    {
      schema: {
        tags,
        summary: 'Check that the service is ready for work',
        response: {
          200: z.object({ status: z.literal('ready') }),
          503: z.object({ status: z.literal('not-ready'), reason: z.string() }),
        },
      },
    },
    async (_request, reply) => {
      const reason = deps.notReady();
      return reason === null ? reply.code(200).send({ status: 'ready' }) : reply.code(503).send({ status: 'not-ready', reason });
    },
  );

  app.get('/metrics', { schema: { hide: true } }, async (_request, reply) =>
    reply.type(deps.metrics.contentType).send(await deps.metrics.text()),
  );

  app.get(
    '/.well-known/rollcall',
    {
      schema: {
        tags,
        summary: 'Get where devices connect and which CA to trust',
        response: { 200: discoverySchema, ...refusals },
      },
    },
    async (_request, reply) => {
      void reply.header('cache-control', 'no-store');
      return { service: 'rollcall' as const, protocols: [PROTOCOL_VERSION], ...deps.discovery(), now: isoTime(deps.clock()) };
    },
  );
}
