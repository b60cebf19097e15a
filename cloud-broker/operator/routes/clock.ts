import type { WithOperator } from '../operator.ts';
import * as z from 'zod';
import { clockView } from '../clock.ts';
import { refusals, type Api } from '../../http/api.ts';
import type { HttpDeps } from '../../http/deps.ts';

/** Registered beside operatorRoutes, under the same token. */
export function operatorClockRoutes(api: Api, { operator }: HttpDeps & WithOperator): void {
  const secured = { tags: ['operator'], security: [{ operator: [] }], response: { 200: clockView, ...refusals } };
  api.get('/clock', { schema: { ...secured, summary: 'Get the time of the machine and of the service' } }, async () =>
    operator.clock(),
  );
  api.post(
    '/clock/accept',
    { schema: { ...secured, summary: 'Accept the machine’s clock as correct', body: z.object({}) } },
    async () => operator.acceptClock(),
  );
}
