import 'reflect-metadata';
import { createPublicKey, randomBytes } from 'node:crypto';
import * as x509 from '@peculiar/x509';

const ECDSA = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const;
const VALID = { notBefore: new Date(0), notAfter: new Date('9999-12-31T23:59:59Z') };

/** A CA for one test. */
export interface ThrowawayCa {
  pem: string;
  /** A server certificate for 127.0.0.1 and these names, always valid unless `valid` says otherwise. */
  server(names?: string[], valid?: { notBefore: Date; notAfter: Date }): Promise<{ cert: string; key: string }>;
  device(deviceId: string, publicKeyPem: string): Promise<string>;
}

async function keyPair(): Promise<CryptoKeyPair> {
  return crypto.subtle.generateKey(ECDSA, true, ['sign', 'verify']);
}

async function privatePem(key: CryptoKey): Promise<string> {
  return x509.PemConverter.encode(await crypto.subtle.exportKey('pkcs8', key), 'PRIVATE KEY');
}

export async function throwawayCa(name = 'throwaway CA'): Promise<ThrowawayCa> {
  const keys = await keyPair();
  const root = await x509.X509CertificateGenerator.createSelfSigned({
    ...VALID,
    name: `CN=${name}`,
    keys,
    signingAlgorithm: ECDSA,
    extensions: [new x509.BasicConstraintsExtension(true, 0, true)],
  });
  const leaf = async (subject: string, publicKey: CryptoKey | x509.PublicKey, extensions: x509.Extension[], valid = VALID) => {
    const certificate = await x509.X509CertificateGenerator.create({
      ...valid,
      serialNumber: randomBytes(16).toString('hex'),
      subject: `CN=${subject}`,
      issuer: root.subject,
      publicKey,
      signingKey: keys.privateKey,
      signingAlgorithm: ECDSA,
      extensions: [new x509.BasicConstraintsExtension(false, undefined, true), ...extensions],
    });
    return certificate.toString('pem');
  };
  return {
    pem: root.toString('pem'),
    server: async (names = ['localhost'], valid = VALID) => {
      const own = await keyPair();
      const dns = names.map((value) => ({ type: 'dns', value }) as const);
      const alternatives = new x509.SubjectAlternativeNameExtension([...dns, { type: 'ip', value: '127.0.0.1' }]);
      return { cert: await leaf('server', own.publicKey, [alternatives], valid), key: await privatePem(own.privateKey) };
    },
    device: (deviceId, publicKeyPem) =>
      leaf(deviceId, new x509.PublicKey(createPublicKey(publicKeyPem).export({ format: 'der', type: 'spki' })), [
        new x509.ExtendedKeyUsageExtension(['1.3.6.1.5.5.7.3.2']),
      ]),
  };
}
