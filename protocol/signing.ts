import { createHash, createPublicKey, type KeyObject } from 'node:crypto';

const CHECK_CODE_ALPHABET = 'BCDFGHJKLMNPQRSTVWXZ';
/** First of the 65 bytes of an uncompressed point; the whole SPKI of a compressed one is shorter. */
const UNCOMPRESSED_POINT = 0x04;
export const NONCE_BYTES = 32;

/** A device or factory key with its SPKI DER: P-256 with an uncompressed point, or Ed25519. Anything else is a RangeError. */
export function readPublicKey(pem: string): { key: KeyObject; der: Buffer } {
  if (pem.length > 1024 || !pem.trimStart().startsWith('-----BEGIN PUBLIC KEY-----'))
    throw new RangeError('not a PEM public key');
  const key = createPublicKey({ key: pem, format: 'pem', type: 'spki' });
  const isP256 = key.asymmetricKeyType === 'ec' && key.asymmetricKeyDetails?.namedCurve === 'prime256v1';
  if (!isP256 && key.asymmetricKeyType !== 'ed25519') throw new RangeError('only P-256 and Ed25519 keys are accepted');
  const der = spkiDer(key);
  // OpenSSL re-exports a compressed or hybrid point as it came; a second form would give one key a second fingerprint.
  if (isP256 && der.at(-65) !== UNCOMPRESSED_POINT) throw new RangeError('the P-256 point must be uncompressed');
  return { key, der };
}

export function parsePublicKey(pem: string): KeyObject {
  return readPublicKey(pem).key;
}

export function spkiDer(key: KeyObject): Buffer {
  return key.export({ format: 'der', type: 'spki' });
}

/** PEM of DER bytes (RFC 7468), as OpenSSL writes it. */
export function pemOf(label: 'PUBLIC KEY' | 'CERTIFICATE', der: Buffer): string {
  const lines = der.toString('base64').match(/.{1,64}/g) ?? [];
  return `-----BEGIN ${label}-----\n${lines.join('\n')}\n-----END ${label}-----\n`;
}

/** Lowercase hexadecimal SHA-256 of the key's SPKI DER: how a device key is named everywhere. */
export function keyFingerprint(key: KeyObject): string {
  return fingerprintOf(spkiDer(key));
}

/** The same, of the SPKI DER: to export a key takes as long as half a signature. */
export function fingerprintOf(der: Buffer): string {
  return createHash('sha256').update(der).digest('hex');
}

/** The bytes that the device key and the factory key sign (protocol.md §1): five lines, no line end at the end. */
export function enrolmentBytes(fields: { domain: string; serial: string; nonce: string; keyFingerprint: string }): Buffer {
  return Buffer.from(['rollcall-enroll-1', fields.domain, fields.serial, fields.nonce, fields.keyFingerprint].join('\n'), 'utf8');
}

/** How node:crypto must be asked to sign and verify with `key`: ECDSA over SHA-256 in IEEE P1363 form, or plain Ed25519. */
export function signatureScheme(key: KeyObject): { algorithm: 'sha256' | null; dsaEncoding: 'ieee-p1363' } {
  return { algorithm: key.asymmetricKeyType === 'ed25519' ? null : 'sha256', dsaEncoding: 'ieee-p1363' };
}

/** The check code of a device key, `XXXX-XXXX`, compared by eye on the board and in the console (protocol.md §1). */
export function checkCode(fingerprintHex: string): string {
  const symbols = Array.from(Buffer.from(fingerprintHex, 'hex').subarray(0, 8), (byte) => CHECK_CODE_ALPHABET[byte % 20]);
  return `${symbols.slice(0, 4).join('')}-${symbols.slice(4).join('')}`;
}
