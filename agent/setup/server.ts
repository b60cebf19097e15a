/** The setup page's server: only for the browser on this display. */
import { randomBytes, timingSafeEqual } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import * as z from 'zod';
import { pageHtml, pageScript, pageStyle } from './assets.ts';
import type { SetupDesk, SetupPhase, ShownRefusal } from './setup-desk.ts';

const MAX_BODY_BYTES = 1024;
const REQUEST_MS = 5000;
const MAX_CONNECTIONS = 16;

const typedBody = z.object({
  domain: z.string().trim().min(1).max(64),
  pairingCode: z.string().trim().min(1).max(64).optional(),
});

/** What the page shows, requested every second. */
export interface SetupView {
  serial: string;
  model: string;
  /** False: the board has no address on any network. */
  network: boolean;
  /** Whether the device's session is open, and the time of its last acknowledged heartbeat. */
  connected: boolean;
  lastHeartbeatAt: string | null;
  /** Why there is no link, while there is none. */
  trouble: { code: string; detail: string; words: ShownRefusal['words'] } | null;
  phase: SetupPhase;
}

export interface SetupServerPorts {
  desk: SetupDesk;
  view(): SetupView;
  /** 0 picks a free one. */
  port: number;
}

const HEADERS = {
  'content-security-policy':
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  'cache-control': 'no-store',
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cross-origin-resource-policy': 'same-origin',
};

function send(response: ServerResponse, status: number, type: string, body: string): void {
  response.writeHead(status, { ...HEADERS, 'content-type': `${type}; charset=utf-8` }).end(body);
}

const json = (response: ServerResponse, status: number, value: unknown): void =>
  send(response, status, 'application/json', JSON.stringify(value));

async function bodyOf(request: IncomingMessage): Promise<unknown> {
  let text = '';
  for await (const chunk of request.setEncoding('utf8')) {
    text += String(chunk);
    if (text.length > MAX_BODY_BYTES) return null;
  }
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

/** A name that another site could point here (DNS rebinding) is rejected, and so is a request from such a page. */
function isFromThisDisplay(request: IncomingMessage, port: number): boolean {
  const names = [`127.0.0.1:${port}`, `localhost:${port}`];
  const { host, origin } = request.headers;
  return host !== undefined && names.includes(host) && (origin === undefined || names.includes(origin.replace(/^http:\/\//, '')));
}

function hasToken(request: IncomingMessage, token: string): boolean {
  const given = request.headers['x-rollcall-page'];
  return typeof given === 'string' && given.length === token.length && timingSafeEqual(Buffer.from(given), Buffer.from(token));
}

/** For monitoring on the display itself: 200 while the device's session is open. */
function health(response: ServerResponse, { phase, connected, lastHeartbeatAt }: SetupView): void {
  json(response, connected ? 200 : 503, { ok: connected, state: phase.is, connected, lastHeartbeatAt });
}

async function answer(ports: SetupServerPorts, token: string, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { port } = request.socket.address() as AddressInfo;
  if (!isFromThisDisplay(request, port)) return json(response, 403, { code: 'forbidden' });
  const { method, url = '/' } = request;
  if (method === 'GET' && url === '/healthz') return health(response, ports.view());
  if (method === 'GET' && url === '/') return send(response, 200, 'text/html', pageHtml().replace('{{token}}', token));
  if (method === 'GET' && url === '/style.css') return send(response, 200, 'text/css', pageStyle());
  const script = method === 'GET' && url.endsWith('.ts') ? pageScript(url.slice(1)) : null;
  if (script !== null) return send(response, 200, 'text/javascript', script);
  if (!url.startsWith('/api/')) return json(response, 404, { code: 'not-found' });
  if (!hasToken(request, token)) return json(response, 403, { code: 'forbidden' });
  if (method === 'GET' && url === '/api/view') return json(response, 200, ports.view());
  if (method !== 'POST' || url !== '/api/enroll') return json(response, 404, { code: 'not-found' });
  const typed = typedBody.safeParse(await bodyOf(request));
  if (!typed.success) return json(response, 400, { code: 'invalid-request' });
  const { domain, pairingCode } = typed.data;
  const taken = ports.desk.ask({ domain, ...(pairingCode === undefined ? {} : { pairingCode }) });
  json(response, taken ? 202 : 409, taken ? ports.view() : { code: 'conflict' });
}

export interface SetupServer {
  url: string;
  close(): Promise<void>;
}

/** Serves the page on 127.0.0.1. Rejects with the system's error if the port is taken. */
export async function startSetupServer(ports: SetupServerPorts): Promise<SetupServer> {
  const token = randomBytes(32).toString('base64url');
  const server: Server = createServer({ requestTimeout: REQUEST_MS, headersTimeout: REQUEST_MS }, (request, response) => {
    answer(ports, token, request, response).catch(() => response.destroy());
  });
  server.maxConnections = MAX_CONNECTIONS;
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(ports.port, '127.0.0.1', resolve);
  });
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/`,
    close: async () => {
      server.closeAllConnections();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}
