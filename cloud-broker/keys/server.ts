import { createPublicKey, generateKeyPairSync, X509Certificate } from 'node:crypto';
import { isIP } from 'node:net';
import { CA_NAME, type Ca } from './ca.ts';
import { KeyFileError, type KeyFolder } from './files.ts';
import { privateKeyPem, readCertificates, readPrivateKey, type ReadCertificate } from './pem.ts';

const ALWAYS = ['localhost', '127.0.0.1', '::1'] as const;

export interface ServerKey {
  keyPem: string;
  /** The leaf and, if the operator supplied it, any chain that follows it. */
  certificatePem: string;
  /** The CA of a leaf that is not ours, published alongside our own (S2). */
  foreignCaPem: string | null;
}

function covers(certificate: X509Certificate, host: string): boolean {
  return (isIP(host) === 0 ? certificate.checkHost(host) : certificate.checkIP(host)) !== undefined;
}

function signedBy(certificate: X509Certificate, authority: X509Certificate): boolean {
  return certificate.checkIssued(authority) && certificate.verify(authority.publicKey);
}

/** A leaf from one of our CAs that has since left ca.crt is ours too: it is recreated, not mistaken for the operator's. */
function isOurs(certificate: X509Certificate, ca: Ca): boolean {
  return (
    ca.certificates.some((each) => signedBy(certificate, each.certificate)) || certificate.issuer.startsWith(`CN=${CA_NAME} `)
  );
}

function foreignServerKey(folder: KeyFolder, leaf: ReadCertificate, chain: string, now: number): ServerKey {
  const file = folder.file('server.crt');
  const keyBytes = folder.read('server.key');
  if (keyBytes === null) throw new KeyFileError(folder.file('server.key'), 'is missing: it belongs to the server.crt beside it.');
  const key = readPrivateKey(folder.file('server.key'), keyBytes, 'any');
  if (!leaf.certificate.checkPrivateKey(key)) throw new KeyFileError(file, 'does not belong to server.key.');
  if (leaf.certificate.validToDate.getTime() <= now) {
    throw new KeyFileError(file, 'has expired. Replace it, or delete server.crt and server.key: then the service makes its own.');
  }
  const caBytes = folder.read('server-ca.crt');
  if (caBytes === null) {
    throw new KeyFileError(
      folder.file('server-ca.crt'),
      'is missing: put the CA certificate there that server.crt was issued by, so that devices can verify it.',
    );
  }
  const authorities = readCertificates(folder.file('server-ca.crt'), caBytes);
  return { keyPem: privateKeyPem(key), certificatePem: chain, foreignCaPem: authorities.map(({ pem }) => pem).join('') };
}

/**
 * Loads or creates the server's key and leaf. One of our leaves is recreated if it lacks a host, does not match its key, or was signed by a CA that
 * no longer signs; a pair supplied by the operator is used untouched (S2).
 */
export async function openServerKey(folder: KeyFolder, ca: Ca, hosts: readonly string[], now: number): Promise<ServerKey> {
  const wanted = [...new Set([...ALWAYS, ...hosts])];
  const certificateBytes = folder.read('server.crt');
  const chain = certificateBytes === null ? null : readCertificates(folder.file('server.crt'), certificateBytes);
  if (chain !== null && !isOurs(chain[0].certificate, ca)) {
    return foreignServerKey(folder, chain[0], chain.map(({ pem }) => pem).join(''), now);
  }
  const keyBytes = folder.read('server.key');
  const key =
    keyBytes === null
      ? generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey
      : readPrivateKey(folder.file('server.key'), keyBytes, 'any');
  if (keyBytes === null) folder.write('server.key', privateKeyPem(key));
  const signer = new X509Certificate(ca.certificatePem);
  const leaf = chain?.[0];
  if (
    leaf !== undefined &&
    leaf.certificate.checkPrivateKey(key) &&
    signedBy(leaf.certificate, signer) &&
    wanted.every((host) => covers(leaf.certificate, host))
  ) {
    return { keyPem: privateKeyPem(key), certificatePem: leaf.pem, foreignCaPem: null };
  }
  const { signServerCertificate } = await import('./x509.ts');
  const certificatePem = await signServerCertificate(ca, createPublicKey(key), wanted);
  folder.write('server.crt', certificatePem);
  return { keyPem: privateKeyPem(key), certificatePem, foreignCaPem: null };
}
