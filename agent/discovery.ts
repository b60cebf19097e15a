import { Agent } from 'node:https';
import { rootCertificates, type TLSSocket } from 'node:tls';
import { discovery, type Discovery } from '../protocol/api.ts';
import { PROTOCOL_VERSION } from '../protocol/topics.ts';
import { Refusal } from './refusal.ts';
import { isLoopback, LinkFailure, linkFailure, openSecureSocket, parseBrokerUrl } from './secure-socket.ts';

const TIMEOUT_MS = 10_000;
const MOST_BYTES = 128 * 1024;

/** S3: broker address and CA may be believed only over https, or over http on this machine. */
export function isTrustedAddress(url: URL): boolean {
  return url.protocol === 'https:' || (url.protocol === 'http:' && isLoopback(url.hostname));
}

/** Uses one connection that is already verified: https through a proxy that lets CONNECT through. */
class OneSocketAgent extends Agent {
  readonly #socket: TLSSocket;

  constructor(socket: TLSSocket) {
    super({ keepAlive: false });
    this.#socket = socket;
  }

  override createConnection(): TLSSocket {
    return this.#socket;
  }
}

async function proxyAgent(address: URL, ca: string[], proxy: URL | null): Promise<{ agent: { https: Agent } } | null> {
  if (proxy === null || address.protocol !== 'https:' || isLoopback(address.hostname)) return null;
  const port = address.port === '' ? 443 : Number(address.port);
  const socket = await openSecureSocket({ host: address.hostname, port, ca, proxy, timeoutMs: TIMEOUT_MS });
  return { agent: { https: new OneSocketAgent(socket) } };
}

async function fetchText(address: URL, extraCa: string | null, proxy: URL | null): Promise<string> {
  const { default: got } = await import('got');
  const ca = extraCa === null ? [...rootCertificates] : [...rootCertificates, extraCa];
  const asked = got(address, {
    timeout: { request: TIMEOUT_MS },
    retry: { limit: 0 },
    // A redirect could lead from https to elsewhere.
    followRedirect: false,
    https: {
      minVersion: 'TLSv1.2',
      rejectUnauthorized: true,
      ...(extraCa === null ? {} : { certificateAuthority: ca }),
    },
    ...(await proxyAgent(address, ca, proxy)),
  });
  const limit = new AbortController();
  void asked.on('downloadProgress', ({ transferred }) => {
    if (transferred > MOST_BYTES) limit.abort();
  });
  const tooLong = new Promise<never>((_resolve, reject) => {
    limit.signal.addEventListener('abort', () => reject(new Error('the answer is too long')));
  });
  const response = await Promise.race([asked, tooLong]);
  const { statusCode, headers, body } = response;
  if (statusCode >= 300 && statusCode < 400) throw signIn(`answered ${statusCode}, to ${String(headers.location).slice(0, 100)}`);
  if (statusCode !== 200) throw new Error(`answered ${statusCode}`);
  if (body.trimStart().startsWith('<')) throw signIn('answered a page');
  return body;
}

/** The service sends nobody elsewhere and answers no page here: a portal of the network does both. */
const signIn = (detail: string): LinkFailure => new LinkFailure('network-sign-in', detail);

/**
 * Asks the service where devices connect and whom they may trust there. Throws a Refusal: `settings-invalid` without an
 * address, `discovery-untrusted` (S3), a LinkCode, or `protocol-unsupported`.
 */
export async function discover(settings: {
  serviceUrl: URL | null;
  extraCa: string | null;
  proxy: URL | null;
}): Promise<Discovery> {
  const { serviceUrl } = settings;
  if (serviceUrl === null) throw new Refusal('settings-invalid', { detail: 'ROLLCALL_URL is not set' });
  if (!isTrustedAddress(serviceUrl)) throw new Refusal('discovery-untrusted', { detail: serviceUrl.origin });
  const address = new URL('/.well-known/rollcall', serviceUrl);
  let body: string;
  try {
    body = await fetchText(address, settings.extraCa, settings.proxy);
  } catch (error) {
    const { code, message } = linkFailure(error);
    throw new Refusal(code, { detail: `${address.href}: ${message}` });
  }
  const found = readDiscovery(body);
  if (found === null) throw new Refusal('unreachable', { detail: `${address.href}: not a Rollcall service` });
  if (!found.protocols.includes(PROTOCOL_VERSION)) throw new Refusal('protocol-unsupported');
  return found;
}

/** The answer as it is described in protocol/api.ts, or null. */
function readDiscovery(body: string): Discovery | null {
  try {
    const found = discovery.safeParse(JSON.parse(body));
    return found.success && parseBrokerUrl(found.data.brokerUrl) !== null ? found.data : null;
  } catch {
    return null;
  }
}
