/** The other side of `enroll-wire`: Node's TLS server, which demands a certificate, answers one byte and keeps nothing. */
import type { AddressInfo } from 'node:net';
import { createServer } from 'node:tls';
import { serveCalls } from '../child.ts';
import type { BareInput } from './bare-aedes.ts';

let shaken = 0;

async function listen({ keyPem, certificatePem, caPem }: BareInput): Promise<number> {
  const server = createServer(
    { key: keyPem, cert: certificatePem, ca: caPem, requestCert: true, rejectUnauthorized: true, noDelay: true },
    (socket) => {
      if (!socket.isSessionReused()) shaken += 1;
      socket.on('error', () => undefined);
      socket.write('.');
    },
  );
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  return (server.address() as AddressInfo).port;
}

serveCalls({ listen, shaken: () => shaken });
