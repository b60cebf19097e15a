import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fastifyStatic from '@fastify/static';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { sendRefusal } from './errors.ts';
import type { Api } from './api.ts';

const YEAR_S = 31_536_000;
const NOT_BUILT = 'The console is not built yet. Run `npm run build:console` and start the service again.\n';

function indexOf(folder: string): string | null {
  try {
    return readFileSync(join(folder, 'index.html'), 'utf8');
  } catch {
    return null;
  }
}

/** A console page, as opposed to a file or an API call: the console itself interprets the address. */
function asksForPage(request: FastifyRequest): boolean {
  const path = request.url.split('?')[0] ?? '';
  return (
    (request.method === 'GET' || request.method === 'HEAD') &&
    !path.startsWith('/api/') &&
    (request.headers.accept ?? '').includes('text/html')
  );
}

/** Serves the built console from `folder`, with index.html for each of its addresses; anything else unknown is `not-found` (A1). */
export async function serveConsole(app: Api, folder: string): Promise<void> {
  const index = indexOf(folder);
  if (index !== null) {
    await app.register(fastifyStatic, {
      root: folder,
      index: false,
      // Names under assets/ contain a hash of the content, so the files never change.
      setHeaders: (reply, path) => {
        const forEver = path.startsWith(join(folder, 'assets'));
        void reply.header('cache-control', forEver ? `public, max-age=${YEAR_S}, immutable` : 'no-cache');
      },
      cacheControl: false,
      dotfiles: 'ignore',
    });
  }
  const sendPage = (reply: FastifyReply): FastifyReply =>
    index === null
      ? reply.code(503).type('text/plain; charset=utf-8').send(NOT_BUILT)
      : reply.code(200).type('text/html; charset=utf-8').header('cache-control', 'no-cache').send(index);
  app.get('/', { schema: { hide: true } }, (_request, reply) => sendPage(reply));
  app.setNotFoundHandler((request, reply) => {
    if (asksForPage(request)) return sendPage(reply);
    sendRefusal(request, reply, { code: 'not-found' });
    return reply;
  });
}
