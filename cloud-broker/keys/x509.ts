/**
 * Creates certificates of any kind. Loaded only when one is needed: it is a tenth of the service's code, and a service that already has its
 * certificates does not need it.
 */
import 'reflect-metadata';
import { randomBytes, type KeyObject } from 'node:crypto';
import { isIP } from 'node:net';
import * as x509 from '@peculiar/x509';
import { VALID_FROM, VALID_TO } from './validity.ts';

const ECDSA = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const;

/** The signer: its P-256 key and its own certificate. */
export interface Issuer {
  key: KeyObject;
  certificatePem: string;
}

interface Wanted {
  commonName: string;
  publicKey: x509.PublicKey;
  issuerName: x509.Name;
  issuerKey: x509.PublicKey;
  signingKey: KeyObject;
  extensions: x509.Extension[];
}

function certificatePublicKey(key: KeyObject): x509.PublicKey {
  return new x509.PublicKey(key.export({ format: 'der', type: 'spki' }));
}

function nameOf(commonName: string): x509.Name {
  // As an object rather than text, so that nothing in the name is parsed as another field.
  return new x509.Name([{ CN: [commonName] }]);
}

async function signingKey(key: KeyObject): Promise<CryptoKey> {
  const bytes = Uint8Array.from(key.export({ format: 'der', type: 'pkcs8' }));
  return crypto.subtle.importKey('pkcs8', bytes, ECDSA, false, ['sign']);
}

async function sign(wanted: Wanted): Promise<string> {
  const certificate = await x509.X509CertificateGenerator.create({
    serialNumber: randomBytes(16).toString('hex'),
    subject: nameOf(wanted.commonName),
    issuer: wanted.issuerName,
    notBefore: VALID_FROM,
    notAfter: VALID_TO,
    publicKey: wanted.publicKey,
    signingKey: await signingKey(wanted.signingKey),
    signingAlgorithm: ECDSA,
    extensions: [
      ...wanted.extensions,
      await x509.SubjectKeyIdentifierExtension.create(wanted.publicKey),
      await x509.AuthorityKeyIdentifierExtension.create(wanted.issuerKey),
    ],
  });
  return `${certificate.toString('pem')}\n`;
}

/** The CA's own certificate, as PEM. `key` and `publicKey` are one P-256 pair. */
export async function signCaCertificate(key: KeyObject, publicKey: KeyObject, commonName: string): Promise<string> {
  const own = certificatePublicKey(publicKey);
  return sign({
    commonName,
    publicKey: own,
    issuerName: nameOf(commonName),
    issuerKey: own,
    signingKey: key,
    extensions: [
      new x509.BasicConstraintsExtension(true, undefined, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign, true),
    ],
  });
}

/** A server leaf covering all `hosts`: DNS names and IP addresses (S2). */
export async function signServerCertificate(issuer: Issuer, publicKey: KeyObject, hosts: readonly string[]): Promise<string> {
  const names = hosts.map((host) => ({ type: isIP(host) === 0 ? ('dns' as const) : ('ip' as const), value: host }));
  const authority = new x509.X509Certificate(issuer.certificatePem);
  return sign({
    commonName: hosts[0] ?? 'localhost',
    publicKey: certificatePublicKey(publicKey),
    issuerName: authority.subjectName,
    issuerKey: authority.publicKey,
    signingKey: issuer.key,
    extensions: [
      new x509.BasicConstraintsExtension(false, undefined, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
      new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.serverAuth]),
      new x509.SubjectAlternativeNameExtension(names),
    ],
  });
}
