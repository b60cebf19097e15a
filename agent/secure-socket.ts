import { connect as connectTcp, isIP, type Socket } from 'node:net';
import { connect as connectTls, type TLSSocket } from 'node:tls';
import { bareHost, credentialsOf, proxyFor, type ProxySettings } from './proxy.ts';

/**
 * Why no verified link came up, by the error name from the system, OpenSSL or Node; the first match counts. Any of these may pass by itself: network
 * and service are outside the agent's control. An error in no row means that nothing answered, as behind a firewall that drops packets:
 * `unreachable`.
 */
const CAUSES = {
  'name-not-found': /^(ENOTFOUND|EAI_|ENODATA|ESERVFAIL|EREFUSED)/,
  'connection-refused': /^ECONNREFUSED$/,
  'no-route': /^(ENETUNREACH|EHOSTUNREACH|ENETDOWN|EHOSTDOWN|EADDRNOTAVAIL|ENONET)$/,
  'connection-cut': /^(ECONNRESET|ECONNABORTED|EPIPE|ERR_STREAM_PREMATURE_CLOSE|ERR_HTTP_CONTENT_LENGTH_MISMATCH)$/,
  'clock-wrong': /^CERT_NOT_YET_VALID$/,
  'certificate-expired': /^CERT_HAS_EXPIRED$/,
  'service-untrusted':
    /^(UNABLE_TO_|SELF_SIGNED_|DEPTH_ZERO_|CERT_|CRL_|ERR_TLS_CERT_|INVALID_CA|INVALID_PURPOSE|PATH_LENGTH|HOSTNAME_MISMATCH)/,
  // The reply to TLS was something else, or another TLS; the same for HTTP.
  'not-the-service': /^(EPROTO$|ERR_SSL_|HPE_)/,
} as const;

/** What an answer reveals that no error code does (web-answer.ts, and the proxy's answer below). */
const ANSWERED = [
  'unreachable',
  'service-down',
  'network-sign-in',
  'network-refused',
  'proxy-sign-in',
  'proxy-unreachable',
] as const;
const causes = Object.entries(CAUSES) as [keyof typeof CAUSES, RegExp][];

export type LinkCode = keyof typeof CAUSES | (typeof ANSWERED)[number];

export const isLinkCode = (code: string): code is LinkCode => code in CAUSES || ANSWERED.some((known) => known === code);

export class LinkFailure extends Error {
  readonly code: LinkCode;

  constructor(code: LinkCode, detail: string) {
    super(detail);
    this.name = 'LinkFailure';
    this.code = code;
  }
}

/** A host with several addresses fails with all of their errors. An address that answered says the most; missing IPv6 here says the least. */
function mostTelling(error: unknown): unknown {
  const all = error instanceof AggregateError ? error : error instanceof Error ? error.cause : null;
  if (!(all instanceof AggregateError)) return error;
  const errors: { code?: unknown }[] = all.errors;
  return ['ECONNREFUSED', 'ETIMEDOUT'].map((code) => errors.find((one) => one.code === code)).find(Boolean) ?? errors[0] ?? error;
}

export function linkFailure(caught: unknown): LinkFailure {
  const error = mostTelling(caught);
  if (error instanceof LinkFailure) return error;
  const name = error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : '';
  const detail = (name || (error instanceof Error ? error.message : 'failed')).slice(0, 200);
  const code = causes.find(([, names]) => names.test(name))?.[0] ?? 'unreachable';
  if (code !== 'clock-wrong' && code !== 'certificate-expired') return new LinkFailure(code, detail);
  const clock = new Date().toISOString().slice(0, 16).replace('T', ' ');
  return new LinkFailure(code, `${detail}, and this display’s clock says ${clock} UTC`);
}

/** The same failure, prefixed with what it concerns. */
const about = (what: string, error: unknown): LinkFailure => {
  const { code, message } = linkFailure(error);
  return new LinkFailure(code, `${what}: ${message}`);
};

/** Resolves on `ready`; rejects on an error, an earlier close, or after `timeoutMs`. */
function settled<S extends Socket>(socket: S, ready: string, timeoutMs: number): Promise<S> {
  return new Promise((resolve, reject) => {
    const finish = (error?: Error) => {
      clearTimeout(timer);
      socket.off('error', finish).off('close', closed).off(ready, done);
      if (error === undefined) return resolve(socket);
      socket.on('error', () => undefined).destroy();
      reject(linkFailure(error));
    };
    const closed = () => finish(new LinkFailure('connection-cut', 'closed'));
    const done = () => finish();
    const timer = setTimeout(() => finish(new LinkFailure('unreachable', 'timed out')), timeoutMs);
    socket.on('error', finish).on('close', closed).on(ready, done);
  });
}

/** What a proxy's answer to CONNECT means if it is not 2xx. */
function proxyRefusal(proxy: URL, status: number, asksFor: string | undefined): LinkFailure {
  const answered = `the proxy ${proxy.host} answered ${status}`;
  if (status !== 407) return new LinkFailure(status >= 500 ? 'unreachable' : 'network-refused', answered);
  const schemes = (asksFor ?? '').match(/\b(?:Basic|Digest|NTLM|Negotiate|Bearer)\b/gi) ?? [];
  const asked = schemes.length === 0 ? '' : ` (${[...new Set(schemes)].join(', ')})`;
  const given = proxy.username === '' ? '' : '; it did not take the user and password in HTTPS_PROXY';
  return new LinkFailure('proxy-sign-in', `${answered}${asked}${given}`);
}

/** A tunnel to host:port through an HTTP proxy (CONNECT). The proxy's password, if any, is in its URL. */
async function throughProxy(proxy: URL, host: string, port: number, timeoutMs: number): Promise<Socket> {
  const { request } = await import('node:http');
  return new Promise((resolve, reject) => {
    const target = `${isIP(host) === 6 ? `[${host}]` : host}:${port}`;
    const credentials = credentialsOf(proxy) ?? '';
    let reached = false;
    const asked = request({
      host: bareHost(proxy.hostname),
      port: proxy.port === '' ? 80 : Number(proxy.port),
      method: 'CONNECT',
      path: target,
      agent: false,
      timeout: timeoutMs,
      headers: {
        host: target,
        ...(credentials === '' ? {} : { 'proxy-authorization': `Basic ${Buffer.from(credentials).toString('base64')}` }),
      },
    });
    asked.on('socket', (socket) => {
      socket.once('connect', () => {
        reached = true;
      });
    });
    asked.on('connect', ({ statusCode = 0, headers }, socket) => {
      if (statusCode >= 200 && statusCode < 300) return resolve(socket);
      socket.destroy();
      reject(proxyRefusal(proxy, statusCode, headers['proxy-authenticate']));
    });
    asked.on('timeout', () => asked.destroy(new LinkFailure('unreachable', 'timed out')));
    asked.on('error', (error) => {
      const { code, message } = linkFailure(error);
      reject(new LinkFailure(reached ? code : 'proxy-unreachable', `through the proxy ${proxy.host}: ${message}`));
    });
    asked.end();
  });
}

/** A TCP connection, through the proxy if one applies. Throws a LinkFailure that names host and port. */
export async function openSocket(host: string, port: number, proxy: ProxySettings | null, timeoutMs: number): Promise<Socket> {
  const way = proxyFor(proxy, host, port);
  try {
    if (way !== null) return await throughProxy(way, host, port, timeoutMs);
    return await settled(connectTcp({ host, port, noDelay: true }), 'connect', timeoutMs);
  } catch (error) {
    throw about(`${host}:${port}`, error);
  }
}

export interface SecureTarget {
  host: string;
  port: number;
  /** PEM of the only CAs that may have signed the server's certificate. */
  ca: string | string[];
  alpn?: string;
  certificate?: { cert: string; key: string };
  proxy: ProxySettings | null;
  timeoutMs: number;
}

/** A verified TLS connection (1.2 or later). Verification is never turned off (S3). Throws a LinkFailure. */
export async function openSecureSocket(target: SecureTarget): Promise<TLSSocket> {
  const socket = await openSocket(target.host, target.port, target.proxy, target.timeoutMs);
  try {
    const secure = connectTls({
      socket,
      host: target.host,
      ...(isIP(target.host) === 0 ? { servername: target.host } : {}),
      ...(target.alpn === undefined ? {} : { ALPNProtocols: [target.alpn] }),
      ca: target.ca,
      ...target.certificate,
      minVersion: 'TLSv1.2',
      rejectUnauthorized: true,
    });
    return await settled(secure, 'secureConnect', target.timeoutMs);
  } catch (error) {
    socket.destroy();
    throw about(`${target.host}:${target.port}`, error);
  }
}

/** Host and port of a broker address, `mqtts://host[:8883]`; null for anything else: plain mqtt is not supported. */
export function parseBrokerUrl(text: string): { host: string; port: number } | null {
  const url = URL.canParse(text) ? new URL(text) : null;
  if (url === null || url.protocol !== 'mqtts:' || url.hostname === '') return null;
  return { host: bareHost(url.hostname), port: url.port === '' ? 8883 : Number(url.port) };
}
