/** A reverse proxy as some stand in front of services: it does to the event stream, or to one call, what their settings do. */
import { createServer, request as httpRequest, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** `hold`: nothing comes before the end. `buffer`: head and first bytes, then nothing. `cut`: as it comes, until `cut()`. `pass`: as it comes. */
type Way = 'hold' | 'buffer' | 'cut' | 'pass';
const NAME = 'holdall/1.2';

export class HoldingProxy {
  way: Way;
  /** What it answers itself: `POST /api/v1/devices/tags`, say, with 413 and a page. */
  readonly own = new Map<string, number>();
  private readonly streams = new Set<ServerResponse>();
  private readonly target: URL;
  private readonly server: Server;

  constructor(target: string, way: Way) {
    this.target = new URL(target);
    this.way = way;
    this.server = createServer((request, response) => this.pass(request, response));
  }

  /** Its address; it listens from the first time on. */
  async url(): Promise<string> {
    if (!this.server.listening) await new Promise<void>((resolve) => this.server.listen(0, '127.0.0.1', resolve));
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  async stop(): Promise<void> {
    const closed = new Promise((resolve) => this.server.close(resolve));
    this.server.closeAllConnections();
    await closed;
  }

  /** Cuts the streams that are open, where that is its way. */
  cut(): void {
    if (this.way === 'cut') for (const stream of this.streams) stream.destroy();
  }

  private pass(request: IncomingMessage, response: ServerResponse): void {
    response.setHeader('server', NAME);
    const { method = 'GET', url = '/', headers } = request;
    const status = this.own.get(`${method} ${url}`);
    if (status !== undefined) {
      request.resume();
      response.writeHead(status, { 'content-type': 'text/html' }).end(`<html><h1>${status}</h1><hr>${NAME}</html>`);
      return;
    }
    const { hostname: host, port } = this.target;
    const onward = httpRequest({ host, port, method, path: url, headers }, (answer) => {
      const forward = (): void => void response.writeHead(answer.statusCode ?? 502, answer.headers);
      if (url !== '/api/v1/events' || this.way === 'pass') {
        forward();
        answer.pipe(response);
      } else this.hold(answer, response, forward);
    });
    onward.on('error', () => response.destroy());
    response.on('close', () => onward.destroy());
    request.pipe(onward);
  }

  private hold(answer: IncomingMessage, response: ServerResponse, forward: () => void): void {
    if (this.way === 'hold') return void answer.resume();
    forward();
    if (this.way === 'cut') {
      answer.pipe(response);
      this.streams.add(response);
      response.on('close', () => this.streams.delete(response));
    } else {
      answer.once('data', (first) => response.write(first));
      answer.resume();
    }
  }
}
