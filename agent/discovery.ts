import { Agent } from 'node:https';
import { rootCertificates, type TLSSocket } from 'node:tls';
import { discovery, type Discovery } from '../protocol/api.ts';
import { PROTOCOL_VERSION } from '../protocol/topics.ts';
import { bareHost, isLoopback, proxyFor, type ProxySettings } from './proxy.ts';
import { Refusal } from './refusal.ts';
import { linkFailure, openSecureSocket, parseBrokerUrl } from './secure-socket.ts';
import { strangeAnswer, type WebAnswer } from './web-answer.ts';

const TIMEOUT_MS = 10_000;
const MAX_BYTES = 128 * 1024;

/** S3: broker address and CA are trusted only over https, or over http on this machine. */
export function isTrustedAddress(url: URL): boolean {
  return url.protocol === 'https:' || (url.protocol === 'http:' && isLoopback(url.hostname));
}

/** Uses one connection that is already verified: https through a proxy that allows CONNECT. */
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

async function proxyAgent(address: URL, ca: string[], proxy: ProxySettings | null): Promise<{ agent: { https: Agent } } | null> {
  const host = bareHost(address.hostname);
  const port = address.port === '' ? 443 : Number(address.port);
  if (address.protocol !== 'https:' || proxyFor(proxy, host, port) === null) return null;
  const socket = await openSecureSocket({ host, port, ca, proxy, timeoutMs: TIMEOUT_MS });
  return { agent: { https: new OneSocketAgent(socket) } };
}

async function fetchAnswer(address: URL, extraCa: string | null, proxy: ProxySettings | null): Promise<WebAnswer> {
  const { default: got } = await import('got');
  const ca = extraCa === null ? [...rootCertificates] : [...rootCertificates, extraCa];
  const asked = got.stream(address, {
    timeout: { request: TIMEOUT_MS },
    retry: { limit: 0 },
    throwHttpErrors: false,
    // A redirect could lead from https to an untrusted address.
    followRedirect: false,
    https: {
      minVersion: 'TLSv1.2',
      rejectUnauthorized: true,
      ...(extraCa === null ? {} : { certificateAuthority: ca }),
    },
    ...(await proxyAgent(address, ca, proxy)),
  });
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of asked as AsyncIterable<Buffer>) {
    chunks.push(chunk);
    bytes += chunk.length;
    if (bytes > MAX_BYTES) break;
  }
  const { statusCode: status = 0, headers = {} } = asked.response ?? {};
  const { location = null, 'content-type': type = '' } = headers;
  return { status, location, type, body: Buffer.concat(chunks).toString('utf8'), whole: bytes <= MAX_BYTES };
}

/**
 * Asks the service where devices connect and which CA to trust there. Throws a Refusal: `settings-invalid` without an address, `discovery-untrusted`
 * (S3), a LinkCode, or `protocol-unsupported`.
 */
export async function discover(settings: {
  serviceUrl: URL | null;
  extraCa: string | null;
  proxy: ProxySettings | null;
}): Promise<Discovery> {
  const { serviceUrl } = settings;
  if (serviceUrl === null) throw new Refusal('settings-invalid', { detail: 'ROLLCALL_URL is not set' });
  if (!isTrustedAddress(serviceUrl)) throw new Refusal('discovery-untrusted', { detail: serviceUrl.origin });
  const address = new URL('/.well-known/rollcall', serviceUrl);
  let found: Discovery | null;
  try {
    const answer = await fetchAnswer(address, settings.extraCa, settings.proxy);
    found = answer.status === 200 && answer.whole ? readDiscovery(answer.body) : null;
    if (found === null) throw strangeAnswer(answer);
  } catch (error) {
    const { code, message } = linkFailure(error);
    throw new Refusal(code, { detail: `${address.href}: ${message}` });
  }
  if (!found.protocols.includes(PROTOCOL_VERSION)) throw new Refusal('protocol-unsupported');
  return found;
}

/** The answer in the form described in protocol/api.ts, or null. */
function readDiscovery(body: string): Discovery | null {
  try {
    const found = discovery.safeParse(JSON.parse(body));
    return found.success && parseBrokerUrl(found.data.brokerUrl) !== null ? found.data : null;
  } catch {
    return null;
  }
}
