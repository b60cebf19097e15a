import type { FastifyReply, FastifyRequest } from 'fastify';
import type * as z from 'zod';
import { nothing, refusals, type Api } from '../http/api.ts';
import type { From } from './links.ts';

interface About<Body extends z.ZodType, Answer extends z.ZodType> {
  tags: string[];
  summary: string;
  body: Body;
  /** 200 where nothing else is said. */
  status?: 200 | 201 | 202 | 204;
  /** Nothing where nothing else is said. */
  answer?: Answer;
}

type Answered<Answer extends z.ZodType> = undefined extends z.input<Answer> ? void : z.input<Answer>;

/** A route for people who are not signed in, and may hold a link of a mail instead. */
export function openPost<Body extends z.ZodType, Answer extends z.ZodType = typeof nothing>(
  api: Api,
  path: string,
  { tags, summary, body, status = 200, answer }: About<Body, Answer>,
  run: (
    body: z.output<Body>,
    request: FastifyRequest,
    reply: Pick<FastifyReply, 'header'>,
  ) => Answered<Answer> | Promise<Answered<Answer>>,
): void {
  const response: Record<string, z.ZodType> = { [status]: answer ?? nothing, ...refusals };
  api.post(path, { config: { access: 'open' }, schema: { tags, summary, body, response } }, async (request, reply) =>
    reply.code(status).send(await run(request.body as z.output<Body>, request, reply)),
  );
}

export function fromOf(request: FastifyRequest): From {
  return { address: request.ip, correlationId: request.id };
}
