import type { TLSSocket } from 'node:tls';
import type { PeerCertificate } from './port.ts';

const COMMON_NAME = 'CN=';

/**
 * The client's certificate, where it may be believed; else null. Only `authorized` tells that our CA signed it, and a resumed
 * session stays authorized when its certificate has expired since, so both are looked at every time. `now`: ms since 1970.
 */
export function readPeerCertificate(socket: TLSSocket, now: number): PeerCertificate | null {
  if (!socket.authorized) return null;
  // Not `getPeerCertificate`: to spell out all of its fields costs ten times as much.
  const certificate = socket.getPeerX509Certificate();
  if (certificate === undefined) return null;
  const inTime = certificate.validFromDate.getTime() <= now && now <= certificate.validToDate.getTime();
  // One line a field. Ours have the name and nothing else (S2).
  const { subject } = certificate;
  if (!inTime || !subject.startsWith(COMMON_NAME) || subject.includes('\n')) return null;
  const fingerprint = certificate.fingerprint256.replaceAll(':', '').toLowerCase();
  return { fingerprint, commonName: subject.slice(COMMON_NAME.length) };
}
