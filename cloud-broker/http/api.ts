import type { IncomingMessage, ServerResponse } from 'node:http';
import type { FastifyBaseLogger, FastifyInstance, FastifyRequest, RawServerDefault } from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import * as z from 'zod';
import { apiError } from '../../protocol/api.ts';
import type { ChangeRequest } from '../store/change-request.ts';
import { callerOf } from './access.ts';
import type { HttpDeps } from './deps.ts';

/** A fastify instance whose routes, including their answers, are typed and checked by zod schemas. */
export type Api = FastifyInstance<RawServerDefault, IncomingMessage, ServerResponse, FastifyBaseLogger, ZodTypeProvider>;

/** What any route may answer on failure (A1). */
export const refusals = { '4xx': apiError.describe('Refused'), '5xx': apiError.describe('Failed') } as const;

export const nothing = z.undefined().describe('Done');

/** A5: a DELETE has the body `{}` or none. */
export const emptyBody = z.strictObject({}).nullish();

export const idParams = z.object({ id: z.string().max(64) });

/** Who requests a change in the caller's domain, from where, and when (A3). */
export function askedBy(request: FastifyRequest, deps: Pick<HttpDeps, 'clock'>): ChangeRequest {
  const { domainId, user } = callerOf(request);
  return { now: deps.clock(), domainId, actor: user, address: request.ip, correlationId: request.id };
}
