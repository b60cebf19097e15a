/** Every API error in one shape (A1), with the code's status and its message in the caller's language. */
import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify';
import { hasZodFastifySchemaValidationErrors } from 'fastify-type-provider-zod';
import type { ApiError } from '../../protocol/api.ts';
import { errors, RollcallError, wordsOf, type ErrorCode } from '../../protocol/errors.ts';
import { languageOf } from './language.ts';

const MAX_ISSUES = 10;

interface Refusal {
  code: ErrorCode;
  details?: Record<string, unknown> | undefined;
}

/** Why fastify refused a request before our code saw it; all of these are the caller's mistakes. */
function refusalOfFramework(error: FastifyError): Refusal | null {
  const status = error.statusCode ?? 500;
  if (status === 429) return { code: 'busy' };
  if (status === 404) return { code: 'not-found' };
  if (status >= 400 && status < 500) return { code: 'invalid-request', details: { reason: error.code ?? 'unreadable' } };
  return null;
}

/** The field and what is wrong with it; never its value, which may be a secret. */
function validationDetails(error: {
  validation: readonly { instancePath: string; message?: string | undefined }[];
  validationContext?: string | undefined;
}): Record<string, unknown> {
  const issues = error.validation
    .slice(0, MAX_ISSUES)
    .map(({ instancePath, message }) => ({ field: instancePath.slice(1), message: message ?? 'invalid' }));
  return { in: error.validationContext ?? 'request', issues };
}

function refusalOf(error: unknown): Refusal | null {
  if (error instanceof RollcallError)
    return errors[error.code].httpStatus === null ? null : { code: error.code, details: error.details };
  if (hasZodFastifySchemaValidationErrors(error)) return { code: 'invalid-request', details: validationDetails(error) };
  return error instanceof Error ? refusalOfFramework(error as FastifyError) : null;
}

export function sendRefusal(request: FastifyRequest, reply: FastifyReply, refusal: Refusal): void {
  const { code } = refusal;
  const retryAfterS = refusal.details?.['retryAfterS'];
  if (code === 'busy' && !reply.hasHeader('retry-after'))
    void reply.header('retry-after', typeof retryAfterS === 'number' ? retryAfterS : 5);
  const body: ApiError = {
    code,
    ...wordsOf(code, languageOf(request.headers['accept-language'])),
    correlationId: request.id,
    ...(refusal.details === undefined ? {} : { details: refusal.details }),
  };
  // Bypasses the route's own serializer: an error has one shape everywhere, whatever the route's schemas say.
  void reply
    .code(errors[code].httpStatus ?? 500)
    .header('content-type', 'application/json; charset=utf-8')
    .header('cache-control', 'no-store')
    .header('x-correlation-id', request.id)
    .serializer((value: unknown) => JSON.stringify(value))
    .send(body);
}

/** Fastify's error handler. Unforeseen errors are logged with the correlation id and answered `internal`, without any detail. */
export function handleError(error: unknown, request: FastifyRequest, reply: FastifyReply): void {
  const refusal = refusalOf(error);
  if (refusal === null || refusal.code === 'internal') request.log.error({ err: error }, 'request failed');
  sendRefusal(request, reply, refusal === null || refusal.code === 'internal' ? { code: 'internal' } : refusal);
}
