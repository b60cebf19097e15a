import 'reflect-metadata';
import { execFileSync } from 'node:child_process';
import { createHash, generateKeyPairSync, X509Certificate } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as x509 from '@peculiar/x509';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { spkiDer } from '../../protocol/signing.ts';
import { deviceCertificateSigner, type SignDeviceCertificate } from './device-certificates.ts';
import { signCaCertificate, type Issuer } from './x509.ts';

const folder = mkdtempSync(join(tmpdir(), 'rollcall-certificates-'));
let ca: Issuer;
let issue: SignDeviceCertificate;

beforeAll(async () => {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  ca = { key: privateKey, certificatePem: await signCaCertificate(privateKey, publicKey, 'Rollcall CA test') };
  issue = deviceCertificateSigner(ca);
});

afterAll(() => {
  rmSync(folder, { recursive: true });
});

const p256 = (): Buffer => spkiDer(generateKeyPairSync('ec', { namedCurve: 'P-256' }).publicKey);
const ed25519 = (): Buffer => spkiDer(generateKeyPairSync('ed25519').publicKey);

describe('device certificates', () => {
  test('[S2] pass strict verification: clientAuth only, CA:false, CN = deviceId, 1970 to 9999, key identifiers', async () => {
    writeFileSync(join(folder, 'ca.pem'), ca.certificatePem);
    for (const publicKeyDer of [p256(), ed25519()]) {
      const issued = issue({ deviceId: 'device_-0001', publicKeyDer });
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
      const read = new x509.X509Certificate(issued.pem);
      expect(read.getExtension(x509.SubjectKeyIdentifierExtension)?.keyId).toBe(
        (await x509.SubjectKeyIdentifierExtension.create(read.publicKey)).keyId,
      );
      const certificate = new X509Certificate(issued.pem);
      expect(certificate.subject).toBe('CN=device_-0001');
      expect(spkiDer(certificate.publicKey)).toEqual(publicKeyDer);
      expect(issued.fingerprint).toBe(createHash('sha256').update(certificate.raw).digest('hex'));
      expect(issued.serialNumber).toBe(certificate.serialNumber.toLowerCase());
    }
  });

  test('[S2] serial numbers are positive and random over 128 bits', () => {
    const publicKeyDer = p256();
    const issued = Array.from({ length: 600 }, () => issue({ deviceId: 'device01', publicKeyDer }));
    const numbers = issued.map(({ serialNumber }) => BigInt(`0x${serialNumber}`));
    expect(new Set(numbers).size).toBe(600);
    for (const number of numbers) expect(number >= 2n ** 120n && number < 2n ** 128n).toBe(true);
    // All of 600 below 2^127 would have a chance of 1 in 2^600.
    expect(numbers.some((number) => number >= 2n ** 127n)).toBe(true);
    for (const { pem, serialNumber } of issued) expect(new X509Certificate(pem).serialNumber.toLowerCase()).toBe(serialNumber);
  });

  test.each([
    ['a key identifier of its own', 'subjectKeyIdentifier=0102030405'],
    ['no key identifier', 'subjectKeyIdentifier=none'],
  ])('[S2] are signed by any CA that the operator put there: a name of many parts, %s', (_what, identifier) => {
    const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const [key, file, leaf] = ['foreign.key', 'foreign.pem', 'foreign-leaf.pem'].map((name) => join(folder, name)) as [
      string,
      string,
      string,
    ];
    writeFileSync(key, privateKey.export({ format: 'pem', type: 'pkcs8' }));
    // Nor does it name a key above its own.
    const extensions = [identifier, 'authorityKeyIdentifier=none', 'keyUsage=critical,keyCertSign'];
    const about = ['-utf8', '-subj', '/C=CH/O=École 7, Zürich/CN=CA', ...extensions.flatMap((each) => ['-addext', each])];
    execFileSync('openssl', ['req', '-x509', '-key', key, '-days', '30', ...about, '-out', file]);
    const foreign = new X509Certificate(readFileSync(file));
    const { pem } = deviceCertificateSigner({ key: privateKey, certificatePem: foreign.toString() })({
      deviceId: 'device01',
      publicKeyDer: p256(),
    });
    writeFileSync(leaf, pem);
    expect(execFileSync('openssl', ['verify', '-purpose', 'sslclient', '-CAfile', file, leaf]).toString()).toContain('OK');
    expect(new X509Certificate(pem).issuer).toBe(foreign.subject);
    const read = new x509.X509Certificate(pem).getExtension(x509.AuthorityKeyIdentifierExtension)?.keyId;
    const own = new x509.X509Certificate(foreign.toString());
    const told = own.getExtension(x509.SubjectKeyIdentifierExtension)?.keyId;
    expect(read).toBe(told ?? createHash('sha1').update(spkiDer(foreign.publicKey).subarray(-65)).digest('hex'));
  });

  test('[S2] an id of any length fits, and what is no device id is refused', () => {
    for (let length = 8; length <= 64; length += 1) {
      const deviceId = 'x'.repeat(length);
      expect(new X509Certificate(issue({ deviceId, publicKeyDer: p256() }).pem).subject).toBe(`CN=${deviceId}`);
    }
    expect(() => issue({ deviceId: 'CN=x,O=y', publicKeyDer: p256() })).toThrow('not a device id');
  });
});
