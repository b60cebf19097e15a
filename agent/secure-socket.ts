import { connect as connectTcp, isIP, type Socket } from 'node:net';
import { connect as connectTls, type TLSSocket } from 'node:tls';

const VERIFY_FAILURES =
  /^(UNABLE_TO_|SELF_SIGNED_|DEPTH_ZERO_|CERT_|CRL_|ERR_TLS_CERT_|INVALID_CA|INVALID_PURPOSE|PATH_LENGTH|HOSTNAME_MISMATCH)/;

/** Names that nobody knows, or nobody was there to ask. */
const LOOKUP_FAILURES = /^(ENOTFOUND|EAI_|ENODATA|ESERVFAIL|EREFUSED)/;

/** Why no verified link came up. All of it may pass by itself: the network is somebody's, and the service's. */
const linkCodes = ['unreachable', 'name-not-found', 'service-untrusted', 'network-sign-in'] as const;
export type LinkCode = (typeof linkCodes)[number];

export const isLinkCode = (code: string): code is LinkCode => linkCodes.some((known) => known === code);

/** `service-untrusted`: a certificate that the known CA did not sign for that host. */
export class LinkFailure extends Error {
  readonly code: LinkCode;

  constructor(code: LinkCode, detail: string) {
    super(detail);
    this.name = 'LinkFailure';
    this.code = code;
  }
}

export function linkFailure(error: unknown): LinkFailure {
  if (error instanceof LinkFailure) return error;
  const code = error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : '';
  const detail = (code || (error instanceof Error ? error.message : 'failed')).slice(0, 200);
  if (VERIFY_FAILURES.test(code)) return new LinkFailure('service-untrusted', detail);
  return new LinkFailure(LOOKUP_FAILURES.test(code) ? 'name-not-found' : 'unreachable', detail);
}

export function isLoopback(host: string): boolean {
  const bare = host.replace(/^\[|\]$/g, '').toLowerCase();
  return bare === 'localhost' || bare === '::1' || /^127(\.\d{1,3}){3}$/.test(bare);
}

/** Resolves on `ready`, fails on an error, a close before it, or after `timeoutMs`. */
function settled<S extends Socket>(socket: S, ready: string, timeoutMs: number): Promise<S> {
  return new Promise((resolve, reject) => {
    const finish = (error?: Error) => {
      clearTimeout(timer);
      socket.off('error', finish).off('close', closed).off(ready, done);
      if (error === undefined) return resolve(socket);
      socket.on('error', () => undefined).destroy();
      reject(linkFailure(error));
    };
    const closed = () => finish(new LinkFailure('unreachable', 'closed'));
    const done = () => finish();
    const timer = setTimeout(() => finish(new LinkFailure('unreachable', 'timed out')), timeoutMs);
    socket.on('error', finish).on('close', closed).on(ready, done);
  });
}

/** A tunnel to host:port through an HTTP proxy (CONNECT). The proxy's password, if any, is in its URL. */
async function throughProxy(proxy: URL, host: string, port: number, timeoutMs: number): Promise<Socket> {
  const { request } = await import('node:http');
  return new Promise((resolve, reject) => {
    const target = `${isIP(host) === 6 ? `[${host}]` : host}:${port}`;
    const credentials = `${decodeURIComponent(proxy.username)}:${decodeURIComponent(proxy.password)}`;
    const asked = request({
      host: proxy.hostname,
      port: proxy.port === '' ? 80 : Number(proxy.port),
      method: 'CONNECT',
      path: target,
      agent: false,
      timeout: timeoutMs,
      headers: {
        host: target,
        ...(proxy.username === '' ? {} : { 'proxy-authorization': `Basic ${Buffer.from(credentials).toString('base64')}` }),
      },
    });
    asked.on('connect', (response, socket) => {
      if (response.statusCode === 200) return resolve(socket);
      socket.destroy();
      reject(new LinkFailure('unreachable', `the proxy answered ${response.statusCode}`));
    });
    asked.on('timeout', () => asked.destroy(new LinkFailure('unreachable', 'the proxy timed out')));
    asked.on('response', () => asked.destroy(new LinkFailure('unreachable', 'the proxy refused')));
    asked.on('error', (error) => reject(linkFailure(error)));
    asked.end();
  });
}

/** A TCP connection, through the proxy unless the host is this machine. */
export function openSocket(host: string, port: number, proxy: URL | null, timeoutMs: number): Promise<Socket> {
  if (proxy !== null && !isLoopback(host)) return throughProxy(proxy, host, port, timeoutMs);
  return settled(connectTcp({ host, port, noDelay: true }), 'connect', timeoutMs);
}

export interface SecureTarget {
  host: string;
  port: number;
  /** PEM of the only CAs that may have signed the server's certificate. */
  ca: string | string[];
  alpn?: string;
  certificate?: { cert: string; key: string };
  proxy: URL | null;
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
    throw linkFailure(error);
  }
}

/** Host and port of a broker address, `mqtts://host[:8883]`; null for anything else: plain mqtt is not spoken. */
export function parseBrokerUrl(text: string): { host: string; port: number } | null {
  const url = URL.canParse(text) ? new URL(text) : null;
  if (url === null || url.protocol !== 'mqtts:' || url.hostname === '') return null;
  return { host: url.hostname.replace(/^\[|\]$/g, ''), port: url.port === '' ? 8883 : Number(url.port) };
}
