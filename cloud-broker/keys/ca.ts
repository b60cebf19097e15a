import { createPublicKey, generateKeyPairSync, randomBytes, type KeyObject } from 'node:crypto';
import { RollcallError } from '../../protocol/errors.ts';
import { KeyFileError, type KeyFolder } from './files.ts';
import { privateKeyPem, readCertificates, readPrivateKey, type ReadCertificate } from './pem.ts';
import type { Issuer } from './x509.ts';

/** Our CAs are recognised by this prefix of their name, even if their certificate is no longer in ca.crt. */
export const CA_NAME = 'Rollcall CA';

export interface Ca extends Issuer {
  /** Every certificate in ca.crt (S2): the first one signs, all are published and trusted. */
  certificates: readonly ReadCertificate[];
}

function existingCa(folder: KeyFolder, keyBytes: Buffer, certificateBytes: Buffer): Ca {
  const key = readPrivateKey(folder.file('ca.key'), keyBytes, 'P-256');
  const certificates = readCertificates(folder.file('ca.crt'), certificateBytes);
  for (const { certificate } of certificates) {
    if (!certificate.ca) throw new KeyFileError(folder.file('ca.crt'), 'holds a certificate that is not one of a CA.');
  }
  const [first] = certificates;
  if (!first.certificate.checkPrivateKey(key)) {
    throw new KeyFileError(
      folder.file('ca.crt'),
      'its first certificate does not belong to ca.key. Put both back from one backup.',
    );
  }
  return { key, certificatePem: first.pem, certificates };
}

async function firstCa(folder: KeyFolder, keyBytes: Buffer | null): Promise<Ca> {
  let key: KeyObject;
  if (keyBytes === null) {
    key = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey;
    folder.write('ca.key', privateKeyPem(key));
  } else {
    key = readPrivateKey(folder.file('ca.key'), keyBytes, 'P-256');
  }
  const name = `${CA_NAME} ${randomBytes(4).toString('hex')}`;
  const { signCaCertificate } = await import('./x509.ts');
  const pem = await signCaCertificate(key, createPublicKey(key), name);
  folder.write('ca.crt', pem);
  return { key, certificatePem: pem, certificates: readCertificates(folder.file('ca.crt'), Buffer.from(pem)) };
}

/**
 * Loads the CA or, on the first start, creates it (S1). ca.crt is the last file written by a first start. While it is missing, the start was not
 * finished and may be repeated; once it exists, anything missing was lost and is never silently recreated.
 * @throws RollcallError `ca-key-missing`, KeyFileError
 */
export async function openCa(folder: KeyFolder, hasDevices: boolean): Promise<Ca> {
  const key = folder.read('ca.key');
  const certificate = folder.read('ca.crt');
  if (key !== null && certificate !== null) return existingCa(folder, key, certificate);
  if (hasDevices) throw new RollcallError('ca-key-missing', { file: folder.file(key === null ? 'ca.key' : 'ca.crt') });
  if (certificate !== null) {
    throw new KeyFileError(
      folder.file('ca.key'),
      'is missing although ca.crt is there. Put it back from a backup, or delete ca.crt: no device is enrolled, so a new CA harms nobody.',
    );
  }
  return firstCa(folder, key);
}
