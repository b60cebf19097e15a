/** The other side of `heartbeat`, `connect`, `herd` and `board-memory`: aedes 1.2.0 behind Node's TLS, with an empty handler. */
import { createServer } from 'node:tls';
import type { AddressInfo } from 'node:net';
import { Aedes } from 'aedes';
import { serveCalls } from '../child.ts';

export interface BareInput {
  keyPem: string;
  certificatePem: string;
  caPem: string;
  ticketKeys: Uint8Array;
  /** Without it a free one. */
  port?: number;
}

let published = 0;
let sessions = 0;

async function listen({ keyPem, certificatePem, caPem, ticketKeys, port = 0 }: BareInput): Promise<number> {
  const broker = await Aedes.createBroker();
  // The broker itself publishes under $SYS.
  broker.on('publish', (_packet, client) => {
    if (client !== null) published += 1;
  });
  broker.on('clientReady', () => {
    sessions += 1;
  });
  broker.on('clientDisconnect', () => {
    sessions -= 1;
  });
  const server = createServer(
    {
      key: keyPem,
      cert: certificatePem,
      ca: caPem,
      requestCert: true,
      rejectUnauthorized: true,
      ticketKeys: Buffer.from(ticketKeys),
      sessionTimeout: 7 * 86_400,
      noDelay: true,
    },
    (socket) => broker.handle(socket),
  );
  await new Promise<void>((resolve) => {
    server.listen(port, '127.0.0.1', resolve);
  });
  return (server.address() as AddressInfo).port;
}

serveCalls({ listen, published: () => published, sessions: () => sessions });
