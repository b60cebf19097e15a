/** A fastify that does nothing but answer with one page, as a process of its own. Call: `listen`. */
import fastify from 'fastify';
import { serveCalls } from '../child.ts';

/** Its origin. Whoever signs in is let in, so that it is read as the service is. */
async function listen({ page }: { page: object }): Promise<string> {
  const server = fastify();
  server.post('/api/v1/session', () => ({}));
  server.get('/api/v1/*', () => page);
  return server.listen({ host: '127.0.0.1', port: 0 });
}

serveCalls({ listen });
