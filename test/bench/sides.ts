/** The two brokers that displays are compared on, each a process of its own: the service, and bare aedes with the same TLS. */
import { join } from 'node:path';
import { eventually } from '../support/process.ts';
import { Child } from './child.ts';
import type { BareInput } from './load/bare-aedes.ts';
import type { Fleet } from './load/fleet.ts';
import { ServiceProcess } from './load/service.ts';

export interface Side {
  pid: number;
  port: number;
  /** Device sessions that it says are open. */
  sessions(): Promise<number>;
  /** As a power cut does it. */
  end(): Promise<void>;
}

/** `port` 0 takes a free one. */
export async function startOurs(folder: string, port = 0): Promise<Side & { service: ServiceProcess }> {
  const service = await ServiceProcess.start(folder, { environment: { ROLLCALL_MQTT_PORT: String(port) } });
  return {
    service,
    pid: service.pid,
    port: service.mqttPort,
    sessions: async () => service.metric('rollcall_device_sessions'),
    end: async () => service.kill(),
  };
}

/** With the service's own keys. */
export async function startBare(fleet: Fleet, port = 0): Promise<Side> {
  const bare = new Child(join(import.meta.dirname, 'load', 'bare-aedes.ts'));
  const { keyPem, certificatePem } = fleet.keys.server;
  const ticketKeys = Uint8Array.from(fleet.keys.ticketKeys);
  const input: BareInput = { keyPem, certificatePem, caPem: fleet.caPem, ticketKeys, port };
  const taken = await bare.call<number>('listen', input);
  return { pid: bare.pid, port: taken, sessions: async () => bare.call('sessions'), end: async () => bare.stop() };
}

/** Waits until there are so many sessions. */
export async function open(side: Side, count: number): Promise<void> {
  await eventually(
    async () => side.sessions(),
    (sessions) => sessions === count,
    `${count} sessions`,
  );
}
