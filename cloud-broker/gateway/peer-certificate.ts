import type { TLSSocket } from 'node:tls';
import type { PeerCertificate } from './port.ts';

const COMMON_NAME = 'CN=';

/**
 * The client's certificate if it can be trusted, else null. Only `authorized` shows that our CA signed it, and a resumed session stays authorized
 * after its certificate has expired, so both are checked every time. `now`: ms since 1970.
 */
export function readPeerCertificate(socket: TLSSocket, now: number): PeerCertificate | null {
  if (!socket.authorized) return null;
  // Not `getPeerCertificate`: expanding all of its fields costs ten times as much.
  const certificate = socket.getPeerX509Certificate();
  if (certificate === undefined) return null;
  const inTime = certificate.validFromDate.getTime() <= now && now <= certificate.validToDate.getTime();
  // One line per field. Our certificates have only the name (S2).
  const { subject } = certificate;
  if (!inTime || !subject.startsWith(COMMON_NAME) || subject.includes('\n')) return null;
  const fingerprint = certificate.fingerprint256.replaceAll(':', '').toLowerCase();
  return { fingerprint, commonName: subject.slice(COMMON_NAME.length) };
}
