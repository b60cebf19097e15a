import { createPrivateKey, createPublicKey, generateKeyPairSync, sign, type KeyObject } from 'node:crypto';
import { keyFingerprint, signatureScheme } from '../protocol/signing.ts';

/** A new device key (P-256) as PKCS#8 PEM. It is written to the state before it is used (E1). */
export function newDeviceKey(): string {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  return privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
}

export interface DeviceKey {
  publicKeyPem: string;
  fingerprint: string;
  publicKey: KeyObject;
  /** ECDSA over SHA-256 in IEEE P1363 form, as base64url. */
  sign(bytes: Uint8Array): string;
}

/** What the agent does with its key; the private half stays inside. */
export function deviceKey(privateKeyPem: string): DeviceKey {
  const key = createPrivateKey(privateKeyPem);
  const publicKey = createPublicKey(key);
  const { algorithm, dsaEncoding } = signatureScheme(key);
  return {
    publicKeyPem: publicKey.export({ type: 'spki', format: 'pem' }).toString(),
    fingerprint: keyFingerprint(publicKey),
    publicKey,
    sign: (bytes) => sign(algorithm, bytes, { key, dsaEncoding }).toString('base64url'),
  };
}
