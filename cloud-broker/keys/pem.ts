import { createPrivateKey, X509Certificate, type KeyObject } from 'node:crypto';
import { KeyFileError } from './files.ts';

const CERTIFICATE = /-----BEGIN CERTIFICATE-----[A-Za-z0-9+/=\s]+-----END CERTIFICATE-----/g;

export interface ReadCertificate {
  pem: string;
  certificate: X509Certificate;
}

/** Every certificate in a PEM file; at least one. */
export function readCertificates(file: string, bytes: Buffer): [ReadCertificate, ...ReadCertificate[]] {
  const blocks = bytes.toString('utf8').match(CERTIFICATE) ?? [];
  try {
    const [first, ...others] = blocks.map((pem) => ({ pem: `${pem}\n`, certificate: new X509Certificate(pem) }));
    if (first !== undefined) return [first, ...others];
  } catch {
    // Falls through to the single error below.
  }
  throw new KeyFileError(file, 'holds no readable certificate (PEM). Put it back from a backup.');
}

/** A private key of the required type, from PEM. */
export function readPrivateKey(file: string, bytes: Buffer, wanted: 'P-256' | 'Ed25519' | 'any'): KeyObject {
  let key: KeyObject;
  try {
    key = createPrivateKey(bytes);
  } catch {
    throw new KeyFileError(file, 'holds no readable private key (PEM, without a passphrase). Put it back from a backup.');
  }
  const isP256 = key.asymmetricKeyType === 'ec' && key.asymmetricKeyDetails?.namedCurve === 'prime256v1';
  const fits = wanted === 'any' || (wanted === 'P-256' ? isP256 : key.asymmetricKeyType === 'ed25519');
  if (!fits) throw new KeyFileError(file, `is not a ${wanted} key. Put the right one back from a backup.`);
  return key;
}

export function privateKeyPem(key: KeyObject): string {
  return key.export({ format: 'pem', type: 'pkcs8' }).toString();
}
