import { once } from 'node:events';
import { createServer as createHttpServer, type RequestListener } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import { connect, type AddressInfo, type Server } from 'node:net';
import { afterEach, describe, expect, test } from 'vitest';
import { discover } from './discovery.ts';
import type { ProxySettings } from './proxy.ts';
import { openSecureSocket } from './secure-socket.ts';
import { throwawayCa } from './support/throwaway-ca.ts';

const servers: { close(): unknown; closeAllConnections?(): void }[] = [];

afterEach(() => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections?.();
    server.close();
  }
});

async function listening(server: Server): Promise<number> {
  servers.push(server);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}

const answer =
  (extra: object = {}): RequestListener =>
  (_request, response) => {
    const found = {
      service: 'rollcall',
      protocols: [1],
      brokerUrl: 'mqtts://h:1',
      ca: 'CA',
      now: '2026-01-01T00:00:00Z',
      ...extra,
    };
    response.end(JSON.stringify(found));
  };

async function overHttp(listener: RequestListener) {
  const port = await listening(createHttpServer(listener));
  return { serviceUrl: new URL(`http://127.0.0.1:${port}`), extraCa: null, proxy: null };
}

/** A proxy that lets CONNECT through to a local port, whatever the name that is asked for. */
async function proxyTo(port: number, asked: string[]): Promise<ProxySettings> {
  const proxy = createHttpServer((_request, response) => response.writeHead(405).end());
  proxy.on('connect', (request, socket) => {
    asked.push(request.url ?? '');
    const inner = connect(port, '127.0.0.1', () => {
      socket.write('HTTP/1.1 200 OK\r\n\r\n');
      inner.pipe(socket).pipe(inner);
    });
    inner.on('error', () => socket.destroy());
    socket.on('error', () => inner.destroy());
  });
  return { url: new URL(`http://127.0.0.1:${await listening(proxy)}`), except: [] };
}

describe('discovery', () => {
  test('takes broker and CA over http on this machine', async () => {
    expect(await discover(await overHttp(answer()))).toMatchObject({ brokerUrl: 'mqtts://h:1', ca: 'CA' });
  });

  test('refuses what is no Rollcall service, too long, or of another protocol', async () => {
    const refused = async (listener: RequestListener) =>
      discover(await overHttp(listener)).catch((error: unknown) => String(error));
    expect(await refused((_request, response) => void response.end('{}'))).toMatch(
      /not-the-service.*answered 200 with other JSON/,
    );
    expect(await refused(answer({ brokerUrl: 'mqtt://h' }))).toMatch(/not-the-service/);
    expect(await refused(answer({ ca: 'x'.repeat(300_000) }))).toMatch(/not-the-service.*too long/);
    expect(await refused(answer({ protocols: [2] }))).toMatch(/protocol-unsupported/);
  });

  test('a portal of the network, that sends elsewhere or answers its page, is told from a service that is away', async () => {
    const refused = async (listener: RequestListener) => discover(await overHttp(listener));
    const away: RequestListener = (_request, response) => void response.writeHead(302, { location: 'http://192.0.2.1/in' }).end();
    await expect(refused(away)).rejects.toMatchObject({
      code: 'network-sign-in',
      detail: expect.stringContaining('answered 302, to http://192.0.2.1/in') as string,
    });
    await expect(refused((_request, response) => void response.end('\n<!doctype html>'))).rejects.toMatchObject({
      code: 'network-sign-in',
    });
    const nobody = { serviceUrl: new URL('https://rollcall.invalid'), extraCa: null, proxy: null };
    await expect(discover(nobody)).rejects.toMatchObject({
      code: 'name-not-found',
      detail: expect.stringMatching(/ENOTFOUND|EAI_AGAIN/) as string,
    });
  });

  test('[S3] over https only with a certificate that the system or ROLLCALL_CA vouches for', async () => {
    const ca = await throwawayCa();
    const port = await listening(createHttpsServer(await ca.server(), answer()));
    const serviceUrl = new URL(`https://localhost:${port}`);
    await expect(discover({ serviceUrl, extraCa: null, proxy: null })).rejects.toMatchObject({ code: 'service-untrusted' });
    expect(await discover({ serviceUrl, extraCa: ca.pem, proxy: null })).toMatchObject({ ca: 'CA' });
  });

  test('through a proxy: the TLS inside is verified from end to end', async () => {
    const ca = await throwawayCa();
    const port = await listening(createHttpsServer(await ca.server(['rollcall.invalid']), answer()));
    const asked: string[] = [];
    const proxy = await proxyTo(port, asked);
    const serviceUrl = new URL('https://rollcall.invalid');
    expect(await discover({ serviceUrl, extraCa: ca.pem, proxy })).toMatchObject({ ca: 'CA' });
    await expect(discover({ serviceUrl, extraCa: null, proxy })).rejects.toMatchObject({ code: 'service-untrusted' });
    await expect(discover({ serviceUrl: new URL('https://other.invalid'), extraCa: ca.pem, proxy })).rejects.toMatchObject({
      code: 'service-untrusted',
    });
    const socket = await openSecureSocket({ host: 'rollcall.invalid', port: 8883, ca: ca.pem, proxy, timeoutMs: 5000 });
    socket.destroy();
    expect(asked).toEqual(['rollcall.invalid:443', 'rollcall.invalid:443', 'other.invalid:443', 'rollcall.invalid:8883']);
  });

  test('[S3] a certificate of another CA, or for another host, is `service-untrusted`', async () => {
    const [ca, other] = [await throwawayCa(), await throwawayCa()];
    const port = await listening(createHttpsServer(await ca.server(['elsewhere']), answer()));
    const open = (host: string, pem: string) => openSecureSocket({ host, port, ca: pem, proxy: null, timeoutMs: 5000 });
    await expect(open('127.0.0.1', other.pem)).rejects.toMatchObject({ code: 'service-untrusted' });
    await expect(open('localhost', ca.pem)).rejects.toMatchObject({ code: 'service-untrusted' });
    (await open('127.0.0.1', ca.pem)).destroy();
  });
});
