import 'reflect-metadata';
import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import tls from 'node:tls';
import * as x509 from '@peculiar/x509';
import { describe, expect, test } from 'vitest';
import { privateKeyPem } from '../keys/pem.ts';
import type { Issuer } from '../keys/x509.ts';
import {
  connectFrame,
  deviceKey,
  fingerprintOf,
  lastWill,
  newAuthority,
  newDeviceId,
  newIssuer,
  rawConnect,
  rawSession,
  until,
  type ClientKey,
  type TestGateway,
} from './test-support.ts';
import { gatewayOfTest } from './test-setup.ts';

const versions = ['TLSv1.2', 'TLSv1.3'] as const;
const only = (version: tls.SecureVersion) => ({ minVersion: version, maxVersion: version });

/** Shakes hands with `key`, and again by resuming that session without offering any certificate. Returns both CONNACK codes. */
async function fullThenResumed(
  service: TestGateway,
  clientId: string,
  key: Partial<ClientKey>,
  version: tls.SecureVersion,
  between: () => void | Promise<void> = () => undefined,
) {
  const full = await rawSession(service, { clientId }, { ...key, ...only(version) });
  await until(() => full.client.session !== null, 'a session ticket');
  full.client.socket.destroy();
  await between();
  const { session } = full.client;
  if (session === null) throw new Error('no session');
  const resumed = await rawSession(service, { clientId }, { ...only(version), session });
  resumed.client.socket.destroy();
  return { full: full.code, resumed: resumed.code, reused: resumed.client.resumed };
}

async function selfSigned(commonName: string): Promise<ClientKey> {
  const issuer = await newIssuer(commonName);
  return { key: privateKeyPem(issuer.key), cert: issuer.certificatePem };
}

async function certificateUntil(issuer: Issuer, deviceId: string, notAfter: Date): Promise<ClientKey> {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };
  const pkcs8 = Uint8Array.from(issuer.key.export({ format: 'der', type: 'pkcs8' }));
  const certificate = await x509.X509CertificateGenerator.create({
    subject: [{ CN: [deviceId] }],
    issuer: new x509.X509Certificate(issuer.certificatePem).subjectName,
    notBefore: new Date(0),
    notAfter,
    publicKey: new x509.PublicKey(publicKey.export({ format: 'der', type: 'spki' })),
    signingKey: await crypto.subtle.importKey('pkcs8', pkcs8, algorithm, false, ['sign']),
    signingAlgorithm: algorithm,
    extensions: [new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.clientAuth])],
  });
  return { key: privateKeyPem(privateKey), cert: certificate.toString('pem') };
}

describe.each(versions)('over %s, with full and with resumed handshakes alike,', (version) => {
  test('[S2] a device with its own certificate gets in', async () => {
    const service = await gatewayOfTest();
    const id = newDeviceId();
    const codes = await fullThenResumed(service, id, await deviceKey(service.authority.issuer, id), version);
    expect(codes).toEqual({ full: 0, resumed: 0, reused: true });
  });

  test("[S2] a self-signed certificate with a device's CN is refused", async () => {
    const service = await gatewayOfTest();
    const id = newDeviceId();
    expect(await fullThenResumed(service, id, await selfSigned(id), version)).toMatchObject({ full: 5, resumed: 5 });
  });

  test("[S2] a certificate of another CA, even of the same name, with a device's CN is refused", async () => {
    const service = await gatewayOfTest();
    const id = newDeviceId();
    const key = await deviceKey(await newIssuer(), id);
    expect(await fullThenResumed(service, id, key, version)).toMatchObject({ full: 5, resumed: 5 });
  });

  test('[S2] no certificate at all is refused', async () => {
    const service = await gatewayOfTest();
    expect(await fullThenResumed(service, newDeviceId(), {}, version)).toMatchObject({ full: 5, resumed: 5 });
  });

  test("[S2] another device's certificate is refused", async () => {
    const service = await gatewayOfTest();
    const key = await deviceKey(service.authority.issuer, newDeviceId());
    expect(await fullThenResumed(service, newDeviceId(), key, version)).toMatchObject({ full: 5, resumed: 5 });
  });

  test('[S2] an expired certificate is refused', async () => {
    const service = await gatewayOfTest();
    const id = newDeviceId();
    const key = await certificateUntil(service.authority.issuer, id, new Date(Date.now() - 60_000));
    expect(await fullThenResumed(service, id, key, version)).toMatchObject({ full: 5, resumed: 5 });
  });

  test('[S2] a certificate that expired since its full handshake is refused when resumed', async () => {
    let now = Date.now();
    const service = await gatewayOfTest({ now: () => now });
    const id = newDeviceId();
    const key = await certificateUntil(service.authority.issuer, id, new Date(now + 3600_000));
    const codes = await fullThenResumed(service, id, key, version, () => {
      now += 3601_000;
    });
    expect(codes).toEqual({ full: 0, resumed: 5, reused: true });
  });

  test('[E9] a revoked certificate is refused', async () => {
    const service = await gatewayOfTest();
    const id = newDeviceId();
    const key = await deviceKey(service.authority.issuer, id);
    const codes = await fullThenResumed(service, id, key, version, () => {
      service.recorder.revoked.add(fingerprintOf(key.cert));
    });
    expect(codes).toEqual({ full: 0, resumed: 5, reused: true });
    expect((await rawSession(service, { clientId: id }, { ...key, ...only(version) })).code).toBe(5);
  });

  test('[S2] sessions are resumed across a restart, and revocation holds there as well', async () => {
    const authority = await newAuthority();
    const first = await gatewayOfTest({ authority });
    const [good, bad] = [newDeviceId(), newDeviceId()];
    const keys = { [good]: await deviceKey(authority.issuer, good), [bad]: await deviceKey(authority.issuer, bad) };
    const tickets = new Map<string, Buffer>();
    for (const id of [good, bad]) {
      const { client } = await rawSession(first, { clientId: id }, { ...keys[id], ...only(version) });
      await until(() => client.session !== null);
      if (client.session !== null) tickets.set(id, client.session);
    }
    await first.gateway.close();
    const second = await gatewayOfTest({ authority });
    second.recorder.revoked.add(fingerprintOf(keys[bad]?.cert ?? ''));
    for (const id of [good, bad]) {
      const session = tickets.get(id);
      const { client, code } = await rawSession(second, { clientId: id }, { ...only(version), ...(session ? { session } : {}) });
      expect(client.resumed).toBe(true);
      expect(code).toBe(id === good ? 0 : 5);
    }
  });

  test('[S1] once the ticket keys have changed an old ticket leads to a full handshake, a new one is resumed, also after a restart', async () => {
    const authority = await newAuthority();
    const first = await gatewayOfTest({ authority });
    const id = newDeviceId();
    const key = await deviceKey(authority.issuer, id);
    /** With its certificate; the ticket of a full handshake, or null where the session was resumed. */
    const handshake = async (service: TestGateway, session: Buffer | null): Promise<Buffer | null> => {
      const about = { ...key, ...only(version), ...(session === null ? {} : { session }) };
      const { client, code } = await rawSession(service, { clientId: id }, about);
      expect(code).toBe(0);
      if (!client.resumed) await until(() => client.session !== null, 'a session ticket');
      client.socket.destroy();
      return client.resumed ? null : client.session;
    };
    const old = await handshake(first, null);
    expect(await handshake(first, old)).toBeNull();
    const ticketKeys = randomBytes(48);
    first.gateway.setTicketKeys(ticketKeys);
    const next = await handshake(first, old);
    expect(next).not.toBeNull();
    expect(await handshake(first, next)).toBeNull();
    await first.gateway.close();
    const second = await gatewayOfTest({ authority, tls: { ...authority.tls, ticketKeys } });
    expect(await handshake(second, old)).not.toBeNull();
    expect(await handshake(second, next)).toBeNull();
  });

  test('[S2] a session that began under a CA that has been dropped since is not resumed', async () => {
    const authority = await newAuthority();
    const first = await gatewayOfTest({ authority });
    const id = newDeviceId();
    const { client } = await rawSession(
      first,
      { clientId: id },
      { ...(await deviceKey(authority.issuer, id)), ...only(version) },
    );
    await until(() => client.session !== null);
    await first.gateway.close();
    const other = await newIssuer('Rollcall CA next');
    const second = await gatewayOfTest({ authority, tls: { ...authority.tls, clientCaPem: other.certificatePem } });
    const session = client.session === null ? {} : { session: client.session };
    const again = await rawSession(second, { clientId: id }, { ...only(version), ...session });
    expect(again.client.resumed).toBe(false);
    expect(again.code).toBe(5);
  });
});

describe('the TLS side', () => {
  test('refuses TLS 1.1 and a renegotiation', async () => {
    const service = await gatewayOfTest();
    const old = tls.connect({
      port: service.gateway.port,
      host: '127.0.0.1',
      rejectUnauthorized: false,
      minVersion: 'TLSv1.1',
      maxVersion: 'TLSv1.1',
      ciphers: 'DEFAULT@SECLEVEL=0',
    });
    await expect(once(old, 'secureConnect')).rejects.toThrow(/alert|version|protocol/i);
    const client = await rawConnect(service, only('TLSv1.2'));
    const outcome = await new Promise((resolve) => {
      client.socket.renegotiate({ rejectUnauthorized: false }, resolve);
      client.socket.once('close', () => resolve(new Error('closed')));
    });
    expect(outcome).toBeInstanceOf(Error);
  });

  test('[E9] an intruder who is refused evicts nobody', async () => {
    const service = await gatewayOfTest();
    const id = newDeviceId();
    const { client } = await rawSession(
      service,
      { clientId: id, will: lastWill(id) },
      await deviceKey(service.authority.issuer, id),
    );
    expect((await rawSession(service, { clientId: id }, await selfSigned(id))).code).toBe(5);
    const intruder = await rawConnect(service);
    intruder.socket.write(connectFrame({ clientId: id, clean: false }));
    await intruder.untilClosed();
    client.socket.write(Buffer.from([0xc0, 0]));
    await client.next(0xd0);
    expect(service.gateway.isConnected(id)).toBe(true);
    expect(service.recorder.calls).toEqual(['connected']);
  });
});
