import { verify, type KeyObject } from 'node:crypto';
import type { EnrolmentProof, EnrolmentRequest } from '../../protocol/messages.ts';
import { enrolmentBytes, keyFingerprint, parsePublicKey, signatureScheme } from '../../protocol/signing.ts';
import type { Facts } from './decide.ts';

/** Verifies off the event loop, in libuv's pool. A malformed signature is an invalid one. */
async function isValid(key: KeyObject, bytes: Buffer, signature: string): Promise<boolean> {
  const { algorithm, dsaEncoding } = signatureScheme(key);
  return new Promise((resolve) => {
    verify(algorithm, bytes, { key, dsaEncoding }, Buffer.from(signature, 'base64url'), (error, valid) =>
      resolve(error === null && valid),
    );
  });
}

export interface Asked {
  request: EnrolmentRequest;
  key: KeyObject;
  fingerprint: string;
  nonce: string;
}

/** The request's device key; null where it is not one that the protocol allows. */
export function readKey(request: EnrolmentRequest): { key: KeyObject; fingerprint: string; pem: string } | null {
  try {
    const key = parsePublicKey(request.publicKey);
    return { key, fingerprint: keyFingerprint(key), pem: key.export({ format: 'pem', type: 'spki' }).toString() };
  } catch {
    return null;
  }
}

function signedBytes({ request, nonce, fingerprint }: Asked): Buffer {
  return enrolmentBytes({ domain: request.domain, serial: request.board.serial, nonce, keyFingerprint: fingerprint });
}

/** E1: the device's key is its identity. */
export async function deviceSignatureOf(asked: Asked, proof: EnrolmentProof): Promise<Facts['deviceSignature']> {
  return (await isValid(asked.key, signedBytes(asked), proof.deviceSignature)) ? 'valid' : 'invalid';
}

/** E4: the factory key's signature over the same bytes. Without a factory key there is nothing to check it with. */
export async function boardSignatureOf(
  asked: Asked,
  proof: EnrolmentProof,
  factoryKey: string | null,
): Promise<Facts['boardSignature']> {
  if (proof.boardSignature === undefined) return 'missing';
  if (factoryKey === null) return 'invalid';
  return (await isValid(parsePublicKey(factoryKey), signedBytes(asked), proof.boardSignature)) ? 'valid' : 'invalid';
}
