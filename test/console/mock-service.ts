import { createServer } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { readFile } from 'node:fs/promises';
import { extname, join } from 'node:path';
import { apiError } from '../../protocol/api.ts';
import { wordsOf } from '../../protocol/errors.ts';
import type { ErrorCode } from '../../protocol/errors.ts';
import { answer } from './mock-api.ts';
import { MockRefusal } from './mock-refusal.ts';
import { MockState } from './mock-state.ts';
import type { MockOptions } from './mock-state.ts';

const types: Record<string, string> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.svg': 'image/svg+xml',
};
/** As the service sends it. */
const POLICY = "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; frame-ancestors 'none'";
const ALIVE_MS = 1000;
const COOKIE = 'rollcall-mock=signed-in';

async function bodyOf(request: IncomingMessage): Promise<unknown> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const text = Buffer.concat(chunks).toString('utf8');
  return text === '' ? {} : JSON.parse(text);
}

function send(response: ServerResponse, status: number, body: unknown, headers: Record<string, string> = {}): void {
  response.writeHead(status, { 'content-type': 'application/json', 'cache-control': 'no-store', ...headers });
  response.end(JSON.stringify(body));
}

/** The service as the console sees it: the API in memory, the built console, and hands on the events and on the line. */
export class MockService {
  readonly state: MockState;
  readonly #folder: string;
  #server: Server | null = null;
  #port = 0;
  readonly #streams = new Set<ServerResponse>();
  /** A line on which nothing comes any more, and nobody says so. */
  #silent = false;
  readonly #refusals = new Map<string, MockRefusal>();
  readonly #delays = new Map<string, Promise<void>>();
  readonly asked: string[] = [];

  constructor(folder: string, options: MockOptions) {
    this.#folder = folder;
    this.state = new MockState(options);
  }

  get url(): string {
    return `http://127.0.0.1:${this.#port}`;
  }

  /** Listens; after `stop` again on the same port. */
  async start(): Promise<void> {
    this.#silent = false;
    const server = createServer((request, response) => void this.#serve(request, response));
    await new Promise<void>((resolve) => {
      server.listen(this.#port, '127.0.0.1', resolve);
    });
    const address = server.address();
    if (address === null || typeof address === 'string') throw new Error('no port');
    this.#port = address.port;
    this.#server = server;
  }

  async stop(): Promise<void> {
    const server = this.#server;
    if (server === null) return;
    this.#server = null;
    const closed = new Promise<void>((resolve) => {
      server.close(() => resolve());
    });
    server.closeAllConnections();
    this.#streams.clear();
    await closed;
  }

  get streams(): number {
    return this.#streams.size;
  }

  /** Sends an event to every open stream. */
  push(event: 'device' | 'enrolment' | 'billing' | 'alert' | 'alive', data: unknown): void {
    if (this.#silent) return;
    for (const stream of this.#streams) stream.write(`event: ${event}\ndata: ${JSON.stringify(data)}\n\n`);
  }

  /** From now on streams stay open and say nothing, and no call is answered. */
  fallSilent(): void {
    this.#silent = true;
  }

  /** Refuses `GET /devices`, say, until `accept` is called. */
  refuse(call: string, status: number, code: ErrorCode): void {
    this.#refusals.set(call, new MockRefusal(status, code));
  }

  accept(call: string): void {
    this.#refusals.delete(call);
  }

  /** Holds the answers to a call until the function returned is called. */
  hold(call: string): () => void {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#delays.set(call, promise);
    return () => {
      this.#delays.delete(call);
      resolve();
    };
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '/', this.url);
    if (!url.pathname.startsWith('/api/v1/')) return this.#file(url.pathname, response);
    const path = url.pathname.slice('/api/v1'.length);
    const call = `${request.method ?? 'GET'} ${path}`;
    this.asked.push(`${call}${url.search}`);
    if (this.#silent) return;
    try {
      await this.#delays.get(call);
      const refusal = this.#refusals.get(call);
      if (refusal !== undefined) throw refusal;
      await this.#api(call, url, request, response);
    } catch (error) {
      const [status, code] = error instanceof MockRefusal ? [error.status, error.code] : [500, 'internal' as const];
      if (!(error instanceof MockRefusal)) console.error(call, error);
      const { message } = wordsOf(code, 'en');
      send(response, status, apiError.parse({ code, message, correlationId: '7Q2M-K4TD' }));
    }
  }

  async #api(call: string, url: URL, request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (call === 'POST /session') {
      this.state.signIn(await bodyOf(request));
      return send(response, 200, {}, { 'set-cookie': `${COOKIE}; HttpOnly; SameSite=Lax; Path=/` });
    }
    if (request.headers.cookie?.includes(COOKIE) !== true) throw new MockRefusal(401, 'signed-out');
    if (call === 'DELETE /session') return send(response, 200, {}, { 'set-cookie': 'rollcall-mock=; Max-Age=0; Path=/' });
    if (call === 'GET /events') return this.#stream(response);
    if (request.method !== 'GET' && request.headers['content-type'] !== 'application/json') {
      throw new MockRefusal(400, 'invalid-request');
    }
    const body = request.method === 'GET' ? null : await bodyOf(request);
    const { reply, events } = answer(this.state, call, url.searchParams, body);
    send(response, 200, reply);
    for (const [name, data] of events) this.push(name, data);
  }

  #stream(response: ServerResponse): void {
    response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' });
    response.write('retry: 200\n\n');
    this.#streams.add(response);
    const alive = setInterval(() => this.push('alive', 0), ALIVE_MS);
    response.on('close', () => {
      clearInterval(alive);
      this.#streams.delete(response);
    });
  }

  async #file(path: string, response: ServerResponse): Promise<void> {
    const name = extname(path) === '' ? '/index.html' : path;
    try {
      const content = await readFile(join(this.#folder, name));
      response.writeHead(200, { 'content-type': types[extname(name)] ?? 'text/plain', 'content-security-policy': POLICY });
      response.end(content);
    } catch {
      response.writeHead(404).end();
    }
  }
}
