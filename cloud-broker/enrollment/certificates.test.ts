import { execFileSync } from 'node:child_process';
import { createHash, createPublicKey, generateKeyPairSync, X509Certificate } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { signCaCertificate, type Issuer } from '../keys/x509.ts';
import { startCertificateAuthority, type CertificateAuthority } from './certificates.ts';

const folder = mkdtempSync(join(tmpdir(), 'rollcall-certificates-'));
let ca: Issuer;
let authority: CertificateAuthority;

beforeAll(async () => {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  ca = { key: privateKey, certificatePem: await signCaCertificate(privateKey, publicKey, 'Rollcall CA test') };
  authority = startCertificateAuthority(ca);
});

afterAll(async () => {
  await authority.close();
  rmSync(folder, { recursive: true });
});

const p256 = (): string => {
  const { publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  return publicKey.export({ format: 'pem', type: 'spki' }).toString();
};
const ed25519 = (): string => generateKeyPairSync('ed25519').publicKey.export({ format: 'pem', type: 'spki' }).toString();

describe('device certificates', () => {
  test('[S2] pass strict verification: clientAuth only, CA:false, CN = deviceId, 1970 to 9999, key identifiers', async () => {
    writeFileSync(join(folder, 'ca.pem'), ca.certificatePem);
    for (const publicKeyPem of [p256(), ed25519()]) {
      const issued = await authority.issue({ deviceId: 'device_-0001', publicKeyPem });
      const file = join(folder, 'leaf.pem');
      writeFileSync(file, issued.pem);
      const verify = ['verify', '-x509_strict', '-purpose', 'sslclient', '-CAfile', join(folder, 'ca.pem'), file];
      expect(execFileSync('openssl', verify).toString()).toContain('OK');
      const text = execFileSync('openssl', ['x509', '-in', file, '-noout', '-text'], { encoding: 'utf8' });
      expect(text).toMatch(/Not Before: Jan {2}1 00:00:00 1970 GMT\s+Not After : Dec 31 23:59:59 9999 GMT/);
      expect(text).toMatch(/Basic Constraints: critical\s+CA:FALSE/);
      expect(text).toMatch(/X509v3 Key Usage: critical\s+Digital Signature\n/);
      expect(text).toMatch(/Extended Key Usage: \s+TLS Web Client Authentication\n/);
      expect(text).toContain('X509v3 Subject Key Identifier');
      expect(text).toContain('X509v3 Authority Key Identifier');
      const certificate = new X509Certificate(issued.pem);
      expect(certificate.subject).toBe('CN=device_-0001');
      expect(certificate.publicKey.equals(createPublicKey(publicKeyPem))).toBe(true);
      expect(issued.fingerprint).toBe(createHash('sha256').update(certificate.raw).digest('hex'));
      expect(issued.serialNumber).toBe(certificate.serialNumber.toLowerCase());
    }
  });

  test('[S2] serial numbers are positive and random over 128 bits', async () => {
    const publicKeyPem = p256();
    const issued = await Promise.all(Array.from({ length: 40 }, () => authority.issue({ deviceId: 'device01', publicKeyPem })));
    const numbers = issued.map(({ serialNumber }) => BigInt(`0x${serialNumber}`));
    expect(new Set(numbers).size).toBe(40);
    for (const number of numbers) expect(number > 0n && number < 2n ** 128n).toBe(true);
    // All of 40 below 2^127 would have a chance of 1 in 10^12.
    expect(numbers.some((number) => number >= 2n ** 127n)).toBe(true);
  });

  test('[S2] keys and ids that are not acceptable are refused one by one', async () => {
    const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 }).publicKey.export({ format: 'pem', type: 'spki' }).toString();
    await expect(authority.issue({ deviceId: 'device01', publicKeyPem: rsa })).rejects.toThrow(RangeError);
    await expect(authority.issue({ deviceId: 'device01', publicKeyPem: 'nothing' })).rejects.toThrow(RangeError);
    await expect(authority.issue({ deviceId: 'CN=x,O=y', publicKeyPem: p256() })).rejects.toThrow('not a device id');
    await expect(authority.issue({ deviceId: 'device01', publicKeyPem: p256() })).resolves.toMatchObject({});
  });
});

describe('the signing thread', () => {
  test('that dies rejects what waits, and the next request starts another one', async () => {
    const threads: Worker[] = [];
    const own = startCertificateAuthority(ca, (issuer) => {
      const thread = new Worker(new URL('./certificate-worker.ts', import.meta.url), { workerData: issuer });
      threads.push(thread);
      return thread;
    });
    const waiting = own.issue({ deviceId: 'device01', publicKeyPem: p256() });
    const outcome = waiting.catch((error: unknown) => error);
    await threads[0]?.terminate();
    expect(await outcome).toMatchObject({ code: 'internal' });
    await expect(own.issue({ deviceId: 'device01', publicKeyPem: p256() })).resolves.toMatchObject({});
    expect(threads.length).toBe(2);
    await own.close();
    await expect(own.issue({ deviceId: 'device01', publicKeyPem: p256() })).rejects.toMatchObject({ code: 'internal' });
  });

  test('takes at most 1,000 at a time, the rest are busy', async () => {
    const own = startCertificateAuthority(ca);
    const publicKeyPem = p256();
    const asked = Array.from({ length: 1001 }, () => own.issue({ deviceId: 'device01', publicKeyPem }));
    const outcomes = Promise.allSettled(asked);
    await expect(asked[1000]).rejects.toMatchObject({ code: 'busy' });
    await own.close();
    expect((await outcomes).filter(({ status }) => status === 'rejected').length).toBeGreaterThan(0);
  });
});
