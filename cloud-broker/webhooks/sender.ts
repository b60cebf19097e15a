/** One POST to a receiver; only the status of the response is used. */
import { Agent as HttpAgent, request as httpRequest, type ClientRequest, type IncomingMessage } from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import type { WebhookFailure } from '../../protocol/api-webhooks.ts';
import { addressProblem, type AddressPolicy } from './rules/address.ts';
import { guardedLookup, type Resolve } from './resolve.ts';
import type { TryResult } from './rules/rules.ts';

/** Maximum bytes of a response read, and for how long: a receiver's content is of no use here. */
const ANSWER_BYTES = 1024;
const ANSWER_MS = 1000;
const HEADER_BYTES = 8 * 1024;

export interface SenderOptions {
  policy: AddressPolicy;
  resolve: Resolve;
  /** Time limit of an attempt in milliseconds, from name lookup to response headers. */
  timeoutMs: number;
  /** Certificate authorities trusted beside Node's; for tests. */
  ca?: string;
}

export interface Message {
  url: string;
  headers: Record<string, string>;
  body: string;
}

/** Sends to one receiver, over one connection kept open between messages. */
export class Sender {
  private readonly options: SenderOptions;
  private readonly agents: { http: HttpAgent; https: HttpsAgent };

  constructor(options: SenderOptions) {
    this.options = options;
    const agent = { keepAlive: true, maxSockets: 1, lookup: guardedLookup(options.resolve, options.policy) };
    const { ca } = options;
    this.agents = { http: new HttpAgent(agent), https: new HttpsAgent({ ...agent, ...(ca === undefined ? {} : { ca }) }) };
  }

  /** Rejects only on `stop`, which aborts an attempt whose outcome is unknown. Follows no redirect. */
  async send(message: Message, stop: AbortSignal): Promise<TryResult> {
    // An IP address in the URL is never resolved, so it is checked here at each attempt.
    if (addressProblem(message.url, this.options.policy) !== null) return { status: null, failure: 'address' };
    const limit = AbortSignal.timeout(this.options.timeoutMs);
    const signal = AbortSignal.any([stop, limit]);
    for (let reused = true; ;) {
      const request = this.request(message, signal);
      try {
        return verdictOf(await answerOf(request, message.body));
      } catch (error) {
        stop.throwIfAborted();
        // A kept connection that the receiver has since closed says nothing about it: retries once on a new one.
        if (reused && request.reusedSocket && !limit.aborted) reused = false;
        else return { status: null, failure: limit.aborted ? 'timeout' : failureOf(error) };
      }
    }
  }

  close(): void {
    this.agents.http.destroy();
    this.agents.https.destroy();
  }

  private request({ url, headers, body }: Message, signal: AbortSignal): ClientRequest {
    const options = {
      method: 'POST',
      headers: {
        ...headers,
        'content-type': 'application/json',
        'content-length': String(Buffer.byteLength(body)),
        'user-agent': 'Rollcall-Webhooks/1',
      },
      signal,
      maxHeaderSize: HEADER_BYTES,
    };
    return url.startsWith('https:')
      ? httpsRequest(url, { ...options, agent: this.agents.https })
      : httpRequest(url, { ...options, agent: this.agents.http });
  }
}

/** The status of the response, once the rest has been read or cut off. */
async function answerOf(request: ClientRequest, body: string): Promise<number> {
  const { promise, resolve, reject } = Promise.withResolvers<number>();
  request.on('error', reject);
  request.on('response', (response: IncomingMessage) => {
    const timer = setTimeout(() => response.destroy(), ANSWER_MS);
    let bytes = 0;
    response.on('data', (chunk: Buffer) => {
      bytes += chunk.length;
      if (bytes > ANSWER_BYTES) response.destroy();
    });
    response.on('error', () => undefined);
    response.on('close', () => {
      clearTimeout(timer);
      resolve(response.statusCode ?? 0);
    });
  });
  request.end(body);
  return promise;
}

function verdictOf(status: number): TryResult {
  if (status >= 200 && status < 300) return { status, failure: null };
  return { status, failure: status >= 300 && status < 400 ? 'redirect' : 'status' };
}

function failureOf(error: unknown): WebhookFailure {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  if (code === 'ROLLCALL_ADDRESS') return 'address';
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN') return 'unresolved';
  return /TLS|SSL|CERT|SELF_SIGNED|UNABLE_TO|EPROTO/.test(code) ? 'tls' : 'unreachable';
}
