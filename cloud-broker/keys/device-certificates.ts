import 'reflect-metadata';
import { createHash, hash, randomBytes, sign } from 'node:crypto';
import * as x509 from '@peculiar/x509';
import { pemOf } from '../../protocol/signing.ts';
import { isDeviceId } from '../../protocol/topics.ts';
import { VALID_FROM, VALID_TO, type Issuer } from './x509.ts';

interface DeviceCertificate {
  pem: string;
  /** Lowercase hexadecimal SHA-256 of the certificate's DER. */
  fingerprint: string;
  /** Lowercase hexadecimal. */
  serialNumber: string;
}

/** @throws RangeError where `deviceId` is none. The key is the SPKI DER of one that `readPublicKey` let pass. */
export type SignDeviceCertificate = (device: { deviceId: string; publicKeyDer: Buffer }) => DeviceCertificate;

const SEQUENCE = 0x30;
const SET = 0x31;
const INTEGER = 0x02;
const BIT_STRING = 0x03;
const OCTET_STRING = 0x04;
const UTF8_STRING = 0x0c;
const SERIAL_BYTES = 16;
const ED25519_SPKI_BYTES = 44;

/** One element of DER (X.690 §8.1) with a definite length. */
function der(tag: number, ...parts: Uint8Array[]): Buffer {
  const content = Buffer.concat(parts);
  const { length } = content;
  const header = length < 0x80 ? [tag, length] : length < 0x100 ? [tag, 0x81, length] : [tag, 0x82, length >> 8, length & 0xff];
  return Buffer.concat([Buffer.from(header), content]);
}

const hex = (text: string): Buffer => Buffer.from(text.replaceAll(' ', ''), 'hex');

const VERSION_3 = hex('a003 020102');
const ECDSA_WITH_SHA256 = hex('300a 06082a8648ce3d040302');
const COMMON_NAME = hex('0603550403');
/** Critical: not a CA; critical: digital signature; for TLS clients. */
const USES = hex('300c0603551d130101ff04023000 300e0603551d0f0101ff040403020780 30130603551d25040c300a06082b06010505070302');
const SUBJECT_KEY_ID = hex('0603551d0e');
const AUTHORITY_KEY_ID = hex('0603551d23');

/** 128 random bits; never with a leading zero byte, which DER would not let stand. */
function newSerial(): Buffer {
  for (;;) {
    const bytes = randomBytes(SERIAL_BYTES);
    if (bytes[0] !== 0) return bytes;
  }
}

/** A positive INTEGER. */
function positive(digits: Buffer): Buffer {
  return (digits[0] ?? 0) < 0x80 ? der(INTEGER, digits) : der(INTEGER, Buffer.from([0]), digits);
}

/** X.509's short name of a key: SHA-1 over its bits (RFC 5280 §4.2.1.2), which end the SPKI. */
function keyId(spki: Buffer): Buffer {
  const bits = spki.subarray(spki.length === ED25519_SPKI_BYTES ? -32 : -65);
  return createHash('sha1').update(bits).digest();
}

function keyIdOf(authority: x509.X509Certificate): Buffer {
  const known = authority.getExtension(x509.SubjectKeyIdentifierExtension)?.keyId;
  return known === undefined ? keyId(Buffer.from(authority.publicKey.rawData)) : Buffer.from(known, 'hex');
}

/** Dates from 1950 to 2049 are UTCTime, all others GeneralizedTime (RFC 5280 §4.1.2.5). */
function time(at: Date): Buffer {
  const digits = `${at.toISOString().replaceAll(/[-:T]|\.\d+Z/g, '')}Z`;
  const isShort = at.getUTCFullYear() >= 1950 && at.getUTCFullYear() < 2050;
  return isShort ? der(0x17, Buffer.from(digits.slice(2))) : der(0x18, Buffer.from(digits));
}

/**
 * Device leaves (S2): clientAuth only, CN = deviceId, valid 1970 to 9999. Of the device they hold the public key and nothing else.
 * Put together here, of parts that never change and a few that do, because a generator for any certificate takes
 * fifty times as long, and every enrolment waits for one.
 */
export function deviceCertificateSigner(issuer: Issuer): SignDeviceCertificate {
  const authority = new x509.X509Certificate(issuer.certificatePem);
  const issuerName = Buffer.from(authority.subjectName.toArrayBuffer());
  const validity = der(SEQUENCE, time(VALID_FROM), time(VALID_TO));
  const authorityKeyId = der(SEQUENCE, AUTHORITY_KEY_ID, der(OCTET_STRING, der(SEQUENCE, der(0x80, keyIdOf(authority)))));
  return ({ deviceId, publicKeyDer }) => {
    if (!isDeviceId(deviceId)) throw new RangeError('not a device id');
    const serial = newSerial();
    const subject = der(SEQUENCE, der(SET, der(SEQUENCE, COMMON_NAME, der(UTF8_STRING, Buffer.from(deviceId)))));
    const subjectKeyId = der(SEQUENCE, SUBJECT_KEY_ID, der(OCTET_STRING, der(OCTET_STRING, keyId(publicKeyDer))));
    const extensions = der(0xa3, der(SEQUENCE, USES, subjectKeyId, authorityKeyId));
    const body = der(
      SEQUENCE,
      VERSION_3,
      positive(serial),
      ECDSA_WITH_SHA256,
      issuerName,
      validity,
      subject,
      publicKeyDer,
      extensions,
    );
    const signature = sign('sha256', body, { key: issuer.key, dsaEncoding: 'der' });
    const certificate = der(SEQUENCE, body, ECDSA_WITH_SHA256, der(BIT_STRING, Buffer.from([0]), signature));
    return {
      pem: pemOf('CERTIFICATE', certificate),
      fingerprint: hash('sha256', certificate),
      serialNumber: serial.toString('hex'),
    };
  };
}
