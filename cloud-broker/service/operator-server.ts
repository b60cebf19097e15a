/** The operator's routes, for a listener that only the operator can reach (protocol.md §3); built but not started. */
import type { WithOperator } from '../operator/operator.ts';
import type { FastifyInstance } from 'fastify';
import { listeningAt, type ListeningAt } from '../operator/listening.ts';
import { refusals, type Api } from '../http/api.ts';
import type { HttpDeps } from '../http/deps.ts';
import { sendRefusal } from '../http/errors.ts';
import { operatorRoutes } from '../operator/routes/operator.ts';
import { createApp } from './server.ts';

/** No token is required: the folder of the socket determines who may connect. */
export async function buildOperatorServer(
  { onRoute: _ofTheApi, ...deps }: HttpDeps & WithOperator,
  listening: () => ListeningAt,
): Promise<FastifyInstance> {
  const app = createApp(deps);
  app.setNotFoundHandler((request, reply) => {
    sendRefusal(request, reply, { code: 'not-found' });
    return reply;
  });
  await app.register(
    async (api: Api) => {
      operatorRoutes(api, deps, null);
      api.get('/listening', { schema: { response: { 200: listeningAt, ...refusals } } }, async () => listening());
    },
    { prefix: '/api/v1/operator' },
  );
  return app;
}
