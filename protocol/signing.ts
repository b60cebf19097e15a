import { createHash, createPublicKey, type KeyObject } from 'node:crypto';

export const CHECK_CODE_ALPHABET = 'BCDFGHJKLMNPQRSTVWXZ';
export const NONCE_BYTES = 32;

/** The only accepted encoding of each kind of key (E1, RFC 5480, RFC 8410): the start of its SPKI DER, and its length. */
const KEY_FORMS = [
  // P-256 by curve name, and 0x04 for an uncompressed point.
  { start: Buffer.from('3059301306072a8648ce3d020106082a8648ce3d03010703420004', 'hex'), bytes: 91 },
  // Ed25519.
  { start: Buffer.from('302a300506032b6570032100', 'hex'), bytes: 44 },
];
const PEM = /^\s*-----BEGIN PUBLIC KEY-----\s+([A-Za-z0-9+/\s]+={0,2})\s+-----END PUBLIC KEY-----\s*$/;

/**
 * A device or factory key with its SPKI DER: P-256 or Ed25519 in its only accepted encoding (E1). Throws a RangeError for anything else: OpenSSL also
 * reads explicit curve parameters, compressed points and long lengths, each of which would give a key a second fingerprint.
 */
export function readPublicKey(pem: string): { key: KeyObject; der: Buffer } {
  const body = pem.length > 1024 ? undefined : PEM.exec(pem)?.[1];
  if (body === undefined) throw new RangeError('not a PEM public key');
  const der = Buffer.from(body, 'base64');
  if (!KEY_FORMS.some(({ start, bytes }) => der.length === bytes && der.subarray(0, start.length).equals(start)))
    throw new RangeError('only P-256 (named curve, uncompressed point) and Ed25519 keys are accepted');
  return { key: createPublicKey({ key: der, format: 'der', type: 'spki' }), der };
}

export function parsePublicKey(pem: string): KeyObject {
  return readPublicKey(pem).key;
}

export function spkiDer(key: KeyObject): Buffer {
  return key.export({ format: 'der', type: 'spki' });
}

/** PEM of DER bytes (RFC 7468), as written by OpenSSL. */
export function pemOf(label: 'PUBLIC KEY' | 'CERTIFICATE', der: Buffer): string {
  const lines = der.toString('base64').match(/.{1,64}/g) ?? [];
  return `-----BEGIN ${label}-----\n${lines.join('\n')}\n-----END ${label}-----\n`;
}

/** The DER bytes of what `pemOf` has written. */
export function derOf(pem: string): Buffer {
  return Buffer.from(pem.replaceAll(/-----[^-]+-----|\s/g, ''), 'base64');
}

/** Lowercase hexadecimal SHA-256 of the key's SPKI DER: identifies a device key everywhere. */
export function keyFingerprint(key: KeyObject): string {
  return fingerprintOf(spkiDer(key));
}

/** The same from SPKI DER, because exporting a key takes as long as half a signature. */
export function fingerprintOf(der: Buffer): string {
  return createHash('sha256').update(der).digest('hex');
}

/** The bytes signed by the device key and the factory key (protocol.md §1): five lines, without a final line end. */
export function enrolmentBytes(fields: { domain: string; serial: string; nonce: string; keyFingerprint: string }): Buffer {
  return Buffer.from(['rollcall-enroll-1', fields.domain, fields.serial, fields.nonce, fields.keyFingerprint].join('\n'), 'utf8');
}

/** Options with which node:crypto signs and verifies with `key`: ECDSA over SHA-256 in IEEE P1363 form, or plain Ed25519. */
export function signatureScheme(key: KeyObject): { algorithm: 'sha256' | null; dsaEncoding: 'ieee-p1363' } {
  return { algorithm: key.asymmetricKeyType === 'ed25519' ? null : 'sha256', dsaEncoding: 'ieee-p1363' };
}

/** The check code of a device key, `XXXX-XXXX`, compared by eye on the board and in the console (protocol.md §1). */
export function checkCode(fingerprintHex: string): string {
  const symbols = Array.from(Buffer.from(fingerprintHex, 'hex').subarray(0, 8), (byte) => CHECK_CODE_ALPHABET[byte % 20]);
  return `${symbols.slice(0, 4).join('')}-${symbols.slice(4).join('')}`;
}
