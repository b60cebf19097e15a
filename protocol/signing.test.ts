import { execFileSync } from 'node:child_process';
import { createPrivateKey, createPublicKey, generateKeyPairSync, sign, verify } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { checkCode, enrolmentBytes, keyFingerprint, parsePublicKey, signatureScheme } from './signing.ts';

const NONCE = 'AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8';

/** The key of RFC 8032's first test vector. */
const ED25519 = {
  pem: '-----BEGIN PUBLIC KEY-----\nMCowBQYDK2VwAyEA11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=\n-----END PUBLIC KEY-----\n',
  pkcs8: '302e020100300506032b6570042204209d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60',
  fingerprint: '06e3fd8fda29bb60ab59557de61edb0aecdb231134be30e75b455f8e1b792fa9',
  signature: '0wSk0VAISOi7vGjzmen7u0NSv8YM44ePXWhVP0xwTOhfpTpXVV26qNHqzmRodh4N7IaZJZZVdkCXW0oaQuUODg',
};

/** The key of RFC 6979's example A.2.5. */
const P256 = {
  pem: '-----BEGIN PUBLIC KEY-----\nMFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEYP7UuiVanTHJYet0xjVtaMBJuJI7\nYfps5mliLmDyn7Z5A/4QCLi8maQa6elWKLxk8vGyDC1+n1F3o8KU1EYimQ==\n-----END PUBLIC KEY-----\n',
  compressed:
    '-----BEGIN PUBLIC KEY-----\nMDkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDIgADYP7UuiVanTHJYet0xjVtaMBJuJI7Yfps5mliLmDyn7Y=\n-----END PUBLIC KEY-----\n',
  hybrid:
    '-----BEGIN PUBLIC KEY-----\nMFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAHYP7UuiVanTHJYet0xjVtaMBJuJI7Yfps5mliLmDyn7Z5A/4QCLi8maQa6elWKLxk8vGyDC1+n1F3o8KU1EYimQ==\n-----END PUBLIC KEY-----\n',
  fingerprint: '5a7a78cca4a0f420d9bc62bb669c3c2759e39f723d3ae10dcbe0f0815a07ecd4',
  signature: 'icCC6oSHA9pK8Rk-8Cd3Vpi481VHEn8vlvRDRVgJDrI5KtldVnr070o0Cp-WlNtzjw6R5pC_xOjCNJOirm3xUw',
  /** RFC 6979's signature of the text `sample`, as r and s. */
  sample:
    'efd48b2aacb6a8fd1140dd9cd45e81d69d2c877b56aaf991c34d0ea84eaf3716f7cb1c942d657c41d436c7a1b6e29f65f3e900dbb9aff4064dc4ab2f843acda8',
};

const bytesFor = (fingerprint: string): Buffer =>
  enrolmentBytes({ domain: 'springfield', serial: 'SN-0042', nonce: NONCE, keyFingerprint: fingerprint });

describe('what is signed', () => {
  test('[E1] five lines joined by a line feed, no line end at the end', () => {
    expect(bytesFor(ED25519.fingerprint).toString('latin1')).toBe(
      'rollcall-enroll-1\nspringfield\nSN-0042\nAAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8\n06e3fd8fda29bb60ab59557de61edb0aecdb231134be30e75b455f8e1b792fa9',
    );
  });

  test('[E1] texts are signed as UTF-8', () => {
    const bytes = enrolmentBytes({ domain: 'école', serial: 'S', nonce: 'N', keyFingerprint: 'f' });
    expect(bytes.toString('hex')).toBe(`${Buffer.from('rollcall-enroll-1\n').toString('hex')}c3a9636f6c650a530a4e0a66`);
  });

  test('[E1] an Ed25519 key signs the bytes themselves', () => {
    const privateKey = createPrivateKey({ key: Buffer.from(ED25519.pkcs8, 'hex'), format: 'der', type: 'pkcs8' });
    const { algorithm, dsaEncoding } = signatureScheme(privateKey);
    expect(sign(algorithm, bytesFor(ED25519.fingerprint), { key: privateKey, dsaEncoding }).toString('base64url')).toBe(
      ED25519.signature,
    );
  });

  test('[E1] a P-256 key signs SHA-256 in IEEE P1363 form', () => {
    const key = parsePublicKey(P256.pem);
    const { algorithm, dsaEncoding } = signatureScheme(key);
    const accepts = (bytes: Buffer, signature: Buffer): boolean => verify(algorithm, bytes, { key, dsaEncoding }, signature);
    expect(accepts(Buffer.from('sample'), Buffer.from(P256.sample, 'hex'))).toBe(true);
    expect(accepts(bytesFor(P256.fingerprint), Buffer.from(P256.signature, 'base64url'))).toBe(true);
    expect(accepts(bytesFor(ED25519.fingerprint), Buffer.from(P256.signature, 'base64url'))).toBe(false);
  });
});

describe('device keys', () => {
  test('[E1] a key is named by the SHA-256 of its SPKI, and its check code by the first eight bytes of that', () => {
    expect(keyFingerprint(parsePublicKey(ED25519.pem))).toBe(ED25519.fingerprint);
    expect(keyFingerprint(parsePublicKey(P256.pem))).toBe(P256.fingerprint);
    expect(checkCode(ED25519.fingerprint)).toBe('JKRF-XCKV');
    expect(checkCode(P256.fingerprint)).toBe('NDBG-GBGQ');
    expect(checkCode('0001020304131415ff'.padEnd(64, 'f'))).toBe('BCDF-GZBC');
  });

  test('[E1] the same key written in another way is refused: compressed and hybrid points would give it a second name', () => {
    expect(() => parsePublicKey(P256.compressed)).toThrow(RangeError);
    expect(() => parsePublicKey(P256.hybrid)).toThrow(RangeError);
    expect(keyFingerprint(parsePublicKey(P256.pem.replaceAll('\n', '\r\n')))).toBe(P256.fingerprint);
  });

  test('[E1] nor does OpenSSL lend it one: explicit curve parameters, long lengths, bytes behind it', () => {
    const explicit = execFileSync('openssl', ['ec', '-pubin', '-param_enc', 'explicit'], {
      input: P256.pem,
      stdio: 'pipe',
    }).toString();
    expect(createPublicKey(explicit).asymmetricKeyDetails?.namedCurve).toBe('prime256v1');
    const pemOf = (der: Buffer): string => `-----BEGIN PUBLIC KEY-----\n${der.toString('base64')}\n-----END PUBLIC KEY-----\n`;
    const der = Buffer.from(P256.pem.split('\n').slice(1, 3).join(''), 'base64');
    const longLength = Buffer.concat([Buffer.from([0x30, 0x81, 0x59]), der.subarray(2)]);
    expect(createPublicKey(pemOf(longLength)).asymmetricKeyType).toBe('ec');
    for (const other of [explicit, pemOf(longLength), pemOf(Buffer.concat([der, Buffer.from([0])])), `${P256.pem}${ED25519.pem}`])
      expect(() => parsePublicKey(other), other).toThrow(RangeError);
    expect(keyFingerprint(parsePublicKey(pemOf(der)))).toBe(P256.fingerprint);
  });

  test('[E1] only P-256 and Ed25519 are keys', () => {
    const pemOf = (key: ReturnType<typeof createPublicKey>): string => key.export({ format: 'pem', type: 'spki' }).toString();
    const others = [
      generateKeyPairSync('ec', { namedCurve: 'P-384' }).publicKey,
      generateKeyPairSync('ec', { namedCurve: 'secp256k1' }).publicKey,
      generateKeyPairSync('x25519').publicKey,
      generateKeyPairSync('rsa', { modulusLength: 2048 }).publicKey,
    ];
    for (const key of others) expect(() => parsePublicKey(pemOf(key)), key.asymmetricKeyType).toThrow(RangeError);
  });

  test('[E1] what is not exactly one public key is refused, a private key above all', () => {
    const { privateKey } = generateKeyPairSync('ed25519');
    const secret = privateKey.export({ format: 'pem', type: 'pkcs8' }).toString();
    for (const text of [
      '',
      'x',
      '-----BEGIN PUBLIC KEY-----',
      `${secret}-----BEGIN PUBLIC KEY-----`,
      secret,
      `${ED25519.pem}${' '.repeat(1024)}`,
    ]) {
      expect(() => parsePublicKey(text), text.slice(0, 40)).toThrow();
    }
  });
});
