import type { WithOperator } from '../operator.ts';
import { claimIssued, issueClaimBody } from '../claims.ts';
import { refusals, type Api } from '../../http/api.ts';
import type { HttpDeps } from '../../http/deps.ts';

/** K4; registered beside operatorRoutes, under the same token. */
export function operatorClaimRoutes(api: Api, { operator }: HttpDeps & WithOperator): void {
  api.post(
    '/claims',
    {
      schema: {
        tags: ['operator'],
        security: [{ operator: [] }],
        summary: 'Issue the claim code of an invoice; repeating returns the same code',
        body: issueClaimBody,
        response: { 201: claimIssued, ...refusals },
      },
    },
    async (request, reply) => reply.code(201).send(await operator.issueClaim(request.body.invoice)),
  );
}
