import { once } from 'node:events';
import { createServer as createHttpServer, type RequestListener } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import { createServer, type AddressInfo, type Server } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';
import { afterEach, describe, expect, test } from 'vitest';
import { discover } from './discovery.ts';
import { linkFailure, openSecureSocket, type SecureTarget } from './secure-socket.ts';
import { throwawayCa } from './support/throwaway-ca.ts';

/** What lies between a display and its service: each thing that goes wrong there has its own code (protocol/network-codes.ts). */
const servers: Server[] = [];

afterEach(() => {
  for (const server of servers.splice(0)) server.close();
});

async function listening(server: Server): Promise<number> {
  servers.push(server);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}

const failure = async (about: Partial<SecureTarget> & { port: number }) => {
  const target = { host: '127.0.0.1', ca: '', proxy: null, timeoutMs: 20_000, ...about };
  return openSecureSocket(target).then(
    (socket) => {
      socket.destroy();
      return { code: 'none', message: '' };
    },
    ({ code, message }: { code: string; message: string }) => ({ code, message }),
  );
};

describe('the line', () => {
  test('refused: nothing listens there; no answer: unreachable; cut: cut', async () => {
    const closed = createServer();
    const port = await listening(closed);
    await new Promise((resolve) => closed.close(resolve));
    expect(await failure({ port })).toEqual({ code: 'connection-refused', message: `127.0.0.1:${port}: ECONNREFUSED` });
    const silent = await listening(createServer((socket) => void socket.on('error', () => undefined)));
    expect(await failure({ port: silent, timeoutMs: 50 })).toMatchObject({
      code: 'unreachable',
      message: expect.stringMatching(/timed out/) as string,
    });
    const cut = await listening(createServer((socket) => void socket.once('data', () => socket.resetAndDestroy())));
    expect(await failure({ port: cut })).toMatchObject({ code: 'connection-cut' });
  });

  test('what the system calls the rest of it', () => {
    const codeOf = (code: string) => linkFailure(Object.assign(new Error('x'), { code })).code;
    expect(['ENOTFOUND', 'EAI_AGAIN'].map(codeOf)).toEqual(['name-not-found', 'name-not-found']);
    expect(['ENETUNREACH', 'EHOSTUNREACH', 'EADDRNOTAVAIL'].map(codeOf)).toEqual(['no-route', 'no-route', 'no-route']);
    expect(['ETIMEDOUT', 'EACCES', ''].map(codeOf)).toEqual(['unreachable', 'unreachable', 'unreachable']);
    expect(['EPIPE', 'ECONNRESET'].map(codeOf)).toEqual(['connection-cut', 'connection-cut']);
  });

  test('of the errors of several addresses the one that tells most counts', () => {
    const all = (...codes: string[]) => new AggregateError(codes.map((code) => Object.assign(new Error('x'), { code })));
    expect(linkFailure(all('ENETUNREACH', 'ETIMEDOUT')).code).toBe('unreachable');
    expect(linkFailure(all('ETIMEDOUT', 'ECONNREFUSED')).code).toBe('connection-refused');
    expect(linkFailure(all('ENETUNREACH')).code).toBe('no-route');
    expect(linkFailure(new Error('got', { cause: all('ENETUNREACH', 'ECONNREFUSED') })).code).toBe('connection-refused');
  });

  test('plain HTTP where TLS was expected is not the service', async () => {
    const port = await listening(createHttpServer((_request, response) => response.end('<html>')));
    expect(await failure({ port })).toMatchObject({
      code: 'not-the-service',
      message: expect.stringMatching(/SSL|EPROTO/) as string,
    });
  });
});

describe('certificates', () => {
  const in2040 = { notBefore: new Date('2040-01-01'), notAfter: new Date('2041-01-01') };
  const in2010 = { notBefore: new Date('2010-01-01'), notAfter: new Date('2011-01-01') };

  test('[S3] dates that do not fit are the clock’s, never called a matter of trust, and never let in', async () => {
    const ca = await throwawayCa();
    for (const [valid, code, says] of [
      [in2040, 'clock-wrong', /CERT_NOT_YET_VALID, and this display’s clock says \d{4}-/],
      [in2010, 'certificate-expired', /CERT_HAS_EXPIRED, and this display’s clock says \d{4}-/],
    ] as const) {
      const port = await listening(createTlsServer(await ca.server(['localhost'], valid)));
      expect(await failure({ port, ca: ca.pem })).toMatchObject({ code, message: expect.stringMatching(says) as string });
      const https = await listening(createHttpsServer(await ca.server(['localhost'], valid)));
      const serviceUrl = new URL(`https://localhost:${https}`);
      await expect(discover({ serviceUrl, extraCa: ca.pem, proxy: null })).rejects.toMatchObject({ code });
    }
  });

  test('[S3] a stranger’s certificate is not let in for its dates', async () => {
    const [ca, stranger] = [await throwawayCa(), await throwawayCa()];
    const port = await listening(createTlsServer(await stranger.server(['localhost'], in2040)));
    expect((await failure({ port, ca: ca.pem })).code).not.toBe('none');
  });
});

describe('what answers in the service’s place', () => {
  const told = async (listener: RequestListener) => {
    const port = await listening(createHttpServer(listener));
    const settings = { serviceUrl: new URL(`http://127.0.0.1:${port}`), extraCa: null, proxy: null };
    const { code, detail } = await discover(settings).then(
      () => ({ code: 'none', detail: '' }),
      (error: unknown) => error as { code: string; detail: string },
    );
    return [code, detail.replace(/^\S+ /, '')];
  };
  const page = '<!doctype html><title>Wi-Fi</title>';
  const html = { 'content-type': 'text/html; charset=utf-8' };
  const answers: [string, number, Record<string, string>, string, string, string][] = [
    ['a portal by its status', 511, html, page, 'network-sign-in', 'answered 511 with a page'],
    [
      'a portal that sends elsewhere',
      302,
      { location: 'http://192.0.2.1/in' },
      '',
      'network-sign-in',
      'answered 302, to http://192.0.2.1/in',
    ],
    ['a portal’s page', 200, html, page, 'network-sign-in', 'answered 200 with a page'],
    ['a page without a type', 200, {}, `\n${page}`, 'network-sign-in', 'answered 200 with a page'],
    ['a long page', 200, html, page + ' '.repeat(400_000), 'network-sign-in', 'answered 200 with a page that is too long'],
    ['a filter', 403, html, page, 'network-refused', 'answered 403 with a page'],
    ['a filter that asks who it is', 401, {}, '', 'network-refused', 'answered 401 with an empty body'],
    ['a filter by law', 451, {}, 'no', 'network-refused', 'answered 451 with something'],
    [
      'other JSON',
      200,
      { 'content-type': 'application/json' },
      '{"error":"x"}',
      'not-the-service',
      'answered 200 with other JSON',
    ],
    ['nothing', 200, {}, '', 'not-the-service', 'answered 200 with an empty body'],
    ['less than nothing', 204, {}, '', 'not-the-service', 'answered 204 with an empty body'],
    ['another web server', 404, html, page, 'not-the-service', 'answered 404 with a page'],
    ['a front without its service', 502, html, page, 'service-down', 'answered 502 with a page'],
    ['a service that rests', 503, {}, '', 'service-down', 'answered 503 with an empty body'],
    ['a proxy of its own accord', 407, {}, '', 'proxy-sign-in', 'answered 407 with an empty body'],
  ];
  test.each(answers)('%s (%i)', async (_what, status, headers, body, code, detail) => {
    expect(await told((_request, response) => void response.writeHead(status, headers).end(body))).toEqual([code, detail]);
  });

  test('what is not HTTP at all', async () => {
    const port = await listening(
      createServer((socket) => void socket.on('error', () => undefined).once('data', () => socket.end('SSH-2.0-x\r\n'))),
    );
    const settings = { serviceUrl: new URL(`http://127.0.0.1:${port}`), extraCa: null, proxy: null };
    await expect(discover(settings)).rejects.toMatchObject({ code: 'not-the-service' });
  });
});

describe('the proxy', () => {
  const through = async (url: string, except: string[] = []) =>
    failure({ host: 'rollcall.invalid', port: 8883, proxy: { url: new URL(url), except } });

  async function answering(head: string, seen: string[] = []): Promise<string> {
    const proxy = createHttpServer();
    proxy.on('connect', (request, socket) => {
      seen.push(`${request.url} ${request.headers['proxy-authorization'] ?? ''}`);
      socket.end(`HTTP/1.1 ${head}\r\n\r\n`);
    });
    return `127.0.0.1:${await listening(proxy)}`;
  }

  test('407: it wants a user and a password, and says which kind; given ones it does not take are told apart', async () => {
    const seen: string[] = [];
    const host = await answering('407 No\r\nProxy-Authenticate: Basic realm="r"\r\nProxy-Authenticate: NTLM', seen);
    expect(await through(`http://${host}`)).toEqual({
      code: 'proxy-sign-in',
      message: `rollcall.invalid:8883: the proxy ${host} answered 407 (Basic, NTLM)`,
    });
    const { code, message } = await through(`http://me:p%40ss@${host}`);
    expect([code, message]).toEqual(['proxy-sign-in', expect.stringContaining('did not take the user and password')]);
    expect(message).not.toContain('ss@');
    expect(seen).toEqual(['rollcall.invalid:8883 ', `rollcall.invalid:8883 Basic ${Buffer.from('me:p@ss').toString('base64')}`]);
  });

  test('it refuses, cannot reach the service, or is not there itself', async () => {
    expect(await through(`http://${await answering('403 No')}`)).toMatchObject({
      code: 'network-refused',
      message: expect.stringMatching(/answered 403/) as string,
    });
    expect(await through(`http://${await answering('504 No')}`)).toMatchObject({
      code: 'unreachable',
      message: expect.stringMatching(/answered 504/) as string,
    });
    const gone = createServer();
    const port = await listening(gone);
    await new Promise((resolve) => gone.close(resolve));
    expect(await through(`http://127.0.0.1:${port}`)).toMatchObject({
      code: 'proxy-unreachable',
      message: expect.stringMatching(/ECONNREFUSED/) as string,
    });
    expect(await through('http://no-such-proxy.invalid:3128')).toMatchObject({ code: 'proxy-unreachable' });
  });

  test('what NO_PROXY names is not asked of it', async () => {
    const seen: string[] = [];
    const host = await answering('407 No', seen);
    expect(await through(`http://${host}`, ['.invalid'])).toMatchObject({ code: 'name-not-found' });
    expect(seen).toEqual([]);
  });
});
