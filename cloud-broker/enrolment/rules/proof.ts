import { createPublicKey, verify, type KeyObject } from 'node:crypto';
import type { EnrolmentProof, EnrolmentRequest } from '../../../protocol/messages.ts';
import { enrolmentBytes, fingerprintOf, readPublicKey, signatureScheme } from '../../../protocol/signing.ts';
import type { Facts } from './decide.ts';

/**
 * A malformed signature counts as invalid. Verified in this thread: it takes less than a tenth of a millisecond, and handing it to another thread
 * costs this one as much.
 */
function isValid(key: KeyObject, bytes: Buffer, signature: string): boolean {
  const { algorithm, dsaEncoding } = signatureScheme(key);
  try {
    return verify(algorithm, bytes, { key, dsaEncoding }, Buffer.from(signature, 'base64url'));
  } catch {
    return false;
  }
}

export interface Asked {
  request: EnrolmentRequest;
  key: KeyObject;
  /** SPKI DER of the key. */
  der: Buffer;
  fingerprint: string;
  nonce: string;
}

/** The request's device key; null if the protocol does not allow it. */
export function readKey(request: EnrolmentRequest): Pick<Asked, 'key' | 'der' | 'fingerprint'> | null {
  try {
    const { key, der } = readPublicKey(request.publicKey);
    return { key, der, fingerprint: fingerprintOf(der) };
  } catch {
    return null;
  }
}

/** E1: the device's key is its identity. */
export function deviceSignatureOf(asked: Asked, proof: EnrolmentProof): Facts['deviceSignature'] {
  const { request, nonce, fingerprint } = asked;
  const bytes = enrolmentBytes({ domain: request.domain, serial: request.board.serial, nonce, keyFingerprint: fingerprint });
  return isValid(asked.key, bytes, proof.deviceSignature) ? 'valid' : 'invalid';
}

/**
 * E4: the factory key's signature over the same bytes. The register holds only keys that the protocol allows; without one, nothing can be checked.
 */
export function boardSignatureOf(
  signed: Parameters<typeof enrolmentBytes>[0],
  signature: string | null,
  factoryKey: string | null,
): Facts['boardSignature'] {
  if (signature === null) return 'missing';
  if (factoryKey === null) return 'invalid';
  return isValid(createPublicKey(factoryKey), enrolmentBytes(signed), signature) ? 'valid' : 'invalid';
}
