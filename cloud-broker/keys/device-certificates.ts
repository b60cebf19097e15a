import { createHash, hash, randomBytes, sign, X509Certificate } from 'node:crypto';
import { pemOf } from '../../protocol/signing.ts';
import { isDeviceId } from '../../protocol/topics.ts';
import { derIn, derOf } from './der.ts';
import { VALID_FROM, VALID_TO } from './validity.ts';
import type { Issuer } from './x509.ts';

interface DeviceCertificate {
  pem: string;
  /** Lowercase hexadecimal SHA-256 of the certificate's DER. */
  fingerprint: string;
  /** Lowercase hexadecimal. */
  serialNumber: string;
}

/** @throws RangeError if `deviceId` is not one. The key is the SPKI DER of a key that `readPublicKey` accepted. */
export type SignDeviceCertificate = (device: { deviceId: string; publicKeyDer: Buffer }) => DeviceCertificate;

const SEQUENCE = 0x30;
const SET = 0x31;
const INTEGER = 0x02;
const BIT_STRING = 0x03;
const OCTET_STRING = 0x04;
const UTF8_STRING = 0x0c;
const SERIAL_BYTES = 16;
const ED25519_SPKI_BYTES = 44;
/** Tags in a certificate's body. */
const VERSION = 0xa0;
const EXTENSIONS = 0xa3;

const hex = (text: string): Buffer => Buffer.from(text.replaceAll(' ', ''), 'hex');

const VERSION_3 = hex('a003 020102');
const ECDSA_WITH_SHA256 = hex('300a 06082a8648ce3d040302');
const COMMON_NAME = hex('0603550403');
/** Critical: not a CA; critical: digital signature; and for TLS clients. */
const USES = hex('300c0603551d130101ff04023000 300e0603551d0f0101ff040403020780 30130603551d25040c300a06082b06010505070302');
const SUBJECT_KEY_ID = hex('0603551d0e');
const AUTHORITY_KEY_ID = hex('0603551d23');

/** 128 random bits; never with a leading zero byte, which DER does not allow. */
function newSerial(): Buffer {
  for (;;) {
    const bytes = randomBytes(SERIAL_BYTES);
    if (bytes[0] !== 0) return bytes;
  }
}

/** A positive INTEGER. */
function positive(digits: Buffer): Buffer {
  return (digits[0] ?? 0) < 0x80 ? derOf(INTEGER, digits) : derOf(INTEGER, Buffer.from([0]), digits);
}

/** X.509's key identifier: SHA-1 of the key's bits (RFC 5280 §4.2.1.2), which are at the end of the SPKI. */
function keyId(spki: Buffer): Buffer {
  const bits = spki.subarray(spki.length === ED25519_SPKI_BYTES ? -32 : -65);
  return createHash('sha1').update(bits).digest();
}

/** A certificate's name exactly as encoded by its holder, and its key identifier: the certificate's own, if it has one. */
function issuerParts(certificate: X509Certificate): { name: Buffer; keyIdentifier: Buffer } {
  const [body] = derIn(derIn(certificate.raw)[0]?.content);
  const parts = derIn(body?.content).filter(({ tag }) => tag !== VERSION);
  // Serial number, algorithm, issuer, validity, subject, public key; then the optional parts, including the extensions.
  const [, , , , subject, key, ...optional] = parts;
  if (subject === undefined || key === undefined) throw new TypeError('not a certificate');
  const extensions = optional.filter(({ tag }) => tag === EXTENSIONS).flatMap(({ content }) => derIn(derIn(content)[0]?.content));
  const own = extensions.map(({ content }) => derIn(content)).find(([id]) => id?.whole.equals(SUBJECT_KEY_ID) === true);
  const [told] = derIn(own?.at(-1)?.content);
  return { name: subject.whole, keyIdentifier: told?.content ?? keyId(key.whole) };
}

/** Dates from 1950 to 2049 are UTCTime, all others GeneralizedTime (RFC 5280 §4.1.2.5). */
function time(at: Date): Buffer {
  const digits = `${at.toISOString().replaceAll(/[-:T]|\.\d+Z/g, '')}Z`;
  const isShort = at.getUTCFullYear() >= 1950 && at.getUTCFullYear() < 2050;
  return isShort ? derOf(0x17, Buffer.from(digits.slice(2))) : derOf(0x18, Buffer.from(digits));
}

/**
 * Device leaves (S2): clientAuth only, CN = deviceId, valid 1970 to 9999. All they contain of the device is its public key. Assembled here from
 * mostly constant parts, because a general certificate generator takes fifty times as long and every enrolment waits for one.
 */
export function deviceCertificateSigner(issuer: Issuer): SignDeviceCertificate {
  const authority = issuerParts(new X509Certificate(issuer.certificatePem));
  const validity = derOf(SEQUENCE, time(VALID_FROM), time(VALID_TO));
  const authorityKeyId = derOf(
    SEQUENCE,
    AUTHORITY_KEY_ID,
    derOf(OCTET_STRING, derOf(SEQUENCE, derOf(0x80, authority.keyIdentifier))),
  );
  return ({ deviceId, publicKeyDer }) => {
    if (!isDeviceId(deviceId)) throw new RangeError('not a device id');
    const serial = newSerial();
    const subject = derOf(SEQUENCE, derOf(SET, derOf(SEQUENCE, COMMON_NAME, derOf(UTF8_STRING, Buffer.from(deviceId)))));
    const subjectKeyId = derOf(SEQUENCE, SUBJECT_KEY_ID, derOf(OCTET_STRING, derOf(OCTET_STRING, keyId(publicKeyDer))));
    const extensions = derOf(EXTENSIONS, derOf(SEQUENCE, USES, subjectKeyId, authorityKeyId));
    const body = derOf(
      SEQUENCE,
      VERSION_3,
      positive(serial),
      ECDSA_WITH_SHA256,
      authority.name,
      validity,
      subject,
      publicKeyDer,
      extensions,
    );
    const signature = sign('sha256', body, { key: issuer.key, dsaEncoding: 'der' });
    const certificate = derOf(SEQUENCE, body, ECDSA_WITH_SHA256, derOf(BIT_STRING, Buffer.from([0]), signature));
    return {
      pem: pemOf('CERTIFICATE', certificate),
      fingerprint: hash('sha256', certificate),
      serialNumber: serial.toString('hex'),
    };
  };
}
