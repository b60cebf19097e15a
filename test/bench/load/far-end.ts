/** The other end of `agent`: a broker with mutual TLS and no work of its own, that notes when a device's first heartbeat came. */
import type { AddressInfo } from 'node:net';
import { createServer } from 'node:tls';
import { Aedes } from 'aedes';
import { parseTopic } from '../../../protocol/topics.ts';
import { serveCalls } from '../child.ts';
import type { BareInput } from './bare-aedes.ts';

const heardAt = new Map<string, number>();
const waiting = new Map<string, (at: number) => void>();

function heard(topic: string): void {
  const parsed = parseTopic(topic);
  if (parsed?.kind !== 'device' || parsed.channel !== 'heartbeat' || heardAt.has(parsed.deviceId)) return;
  const at = Date.now();
  heardAt.set(parsed.deviceId, at);
  waiting.get(parsed.deviceId)?.(at);
}

async function listen({ keyPem, certificatePem, caPem, ticketKeys }: BareInput): Promise<number> {
  const broker = await Aedes.createBroker();
  broker.authorizePublish = (_client, { topic }, done) => {
    heard(topic);
    done(null);
  };
  const tls = {
    key: keyPem,
    cert: certificatePem,
    ca: caPem,
    requestCert: true,
    rejectUnauthorized: true,
    ticketKeys: Buffer.from(ticketKeys),
    noDelay: true,
  };
  const server = createServer(tls, (socket) => broker.handle(socket));
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  return (server.address() as AddressInfo).port;
}

/** When the device's first heartbeat came, in milliseconds since 1970, once it has. */
async function firstHeartbeat(deviceId: string): Promise<number> {
  const at = heardAt.get(deviceId);
  return at ?? new Promise((resolve) => waiting.set(deviceId, resolve));
}

serveCalls({ listen, firstHeartbeat });
