import { createHash } from 'node:crypto';
import type { TLSSocket } from 'node:tls';
import type { PeerCertificate } from './port.ts';

/**
 * The client's certificate, where it may be believed; else null. Only `authorized` tells that our CA signed it, and a resumed
 * session stays authorized when its certificate has expired since, so both are looked at every time. `now`: ms since 1970.
 */
export function readPeerCertificate(socket: TLSSocket, now: number): PeerCertificate | null {
  if (!socket.authorized) return null;
  // Without a certificate this is null or an empty object, whatever its type says.
  const certificate: Partial<ReturnType<TLSSocket['getPeerCertificate']>> | null = socket.getPeerCertificate();
  if (!certificate?.raw || !certificate.subject || !certificate.valid_from || !certificate.valid_to) return null;
  const inTime = Date.parse(certificate.valid_from) <= now && now <= Date.parse(certificate.valid_to);
  const commonName: unknown = certificate.subject.CN;
  if (!inTime || typeof commonName !== 'string') return null;
  return { fingerprint: createHash('sha256').update(certificate.raw).digest('hex'), commonName };
}
