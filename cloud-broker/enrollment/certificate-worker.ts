import { X509Certificate } from 'node:crypto';
import { parentPort, workerData } from 'node:worker_threads';
import { isDeviceId } from '../../protocol/topics.ts';
import { parsePublicKey } from '../../protocol/signing.ts';
import { signDeviceCertificate, type Issuer } from '../keys/x509.ts';
import type { IssueReply, IssueRequest } from './certificates.ts';

const issuer: Issuer = workerData;

async function issue(request: IssueRequest): Promise<IssueReply> {
  try {
    if (!isDeviceId(request.deviceId)) throw new RangeError('not a device id');
    // Of what the device sent only the key itself goes on, re-encoded by us (S2).
    const pem = await signDeviceCertificate(issuer, parsePublicKey(request.publicKeyPem), request.deviceId);
    const certificate = new X509Certificate(pem);
    return {
      id: request.id,
      ok: true,
      certificate: {
        pem,
        fingerprint: certificate.fingerprint256.replaceAll(':', '').toLowerCase(),
        serialNumber: certificate.serialNumber.toLowerCase(),
      },
    };
  } catch (error) {
    return { id: request.id, ok: false, message: error instanceof Error ? error.message : String(error) };
  }
}

parentPort?.on('message', (request: IssueRequest) => {
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread has no origin
  void issue(request).then((reply) => parentPort?.postMessage(reply));
});
