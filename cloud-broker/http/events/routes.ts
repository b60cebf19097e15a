import * as z from 'zod';
import { callerOf } from '../access.ts';
import { refusals, type Api } from '../api.ts';
import type { EventHub } from './hub.ts';

const stream = {
  description: 'Server-sent events device, enrolment, billing, alert; on reset, reload lists',
  content: { 'text/event-stream': { schema: z.string() } },
};

export function eventRoutes(api: Api, hub: EventHub): void {
  api.get(
    '/events',
    {
      config: { scope: 'devices:read' },
      schema: {
        tags: ['events'],
        summary: 'Stream events as they happen; resumes with Last-Event-ID',
        response: { 200: stream, ...refusals },
      },
    },
    async (request, reply) => {
      const signedIn = callerOf(request);
      const start = await hub.startOf(signedIn.domainId, request.headers['last-event-id']);
      hub.demandRoom(signedIn);
      request.raw.socket.setKeepAlive(true, 30_000);
      reply.hijack();
      hub.open({
        signedIn,
        credentials: { cookie: request.headers.cookie, authorization: request.headers.authorization },
        start,
        response: reply.raw,
        headers: reply.getHeaders(),
      });
    },
  );
}
