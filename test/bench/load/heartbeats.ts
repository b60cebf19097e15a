/**
 * The load of many displays, as a process of its own (`new Child('…/heartbeats.ts')`). Calls:
 * `open` reads the fleet; `connect` brings devices in; `beat` sends heartbeats at a given rate; `rush` sends so many a device
 * as fast as they are taken; `disconnect` ends all sessions.
 */
import { readFileSync } from 'node:fs';
import { createSecureContext } from 'node:tls';
import { serveCalls } from '../child.ts';
import { quantile } from '../measure.ts';
import { DeviceClient } from './device-client.ts';
import type { FleetFile } from './fleet.ts';

export interface OpenInput {
  fleetFile: string;
  /** The first so many devices of the fleet. */
  devices: number;
}

export interface ConnectInput {
  port: number;
  /** Handshakes at a time. */
  atOnce: number;
  /** Resumes the TLS sessions of the last connect where there are any. */
  resume?: boolean;
}

export interface Connected {
  connected: number;
  /** Handshakes that resumed a session. */
  resumed: number;
  seconds: number;
  cpuSeconds: number;
}

export interface BeatInput {
  /** Over all devices, in turn. */
  perSecond: number;
  seconds: number;
  qos: 0 | 1;
}

export interface RushInput {
  /** Heartbeats of each device. The last one is sent with QoS 1: when it is acknowledged all before it are handled. */
  each: number;
  qos: 0 | 1;
}

export interface Beaten {
  sent: number;
  /** Number of the first device's last heartbeat; that of all devices where they sent equally many. */
  beats: number;
  /** PUBACKs that came for them. */
  acknowledged: number;
  seconds: number;
  /** CPU time of this process meanwhile. */
  cpuSeconds: number;
  /** Milliseconds from a heartbeat to its PUBACK. */
  ackMs: { p50: number; p99: number };
  /** Connections that are there at the end. */
  connected: number;
}

const TICK_MS = 5;
const PATIENCE_MS = 20_000;

let clients: DeviceClient[] = [];

const cpuSeconds = (): number => {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
};

async function soon(condition: () => boolean, patienceMs = PATIENCE_MS): Promise<void> {
  const until = performance.now() + patienceMs;
  while (!condition() && performance.now() < until) {
    await new Promise((resolve) => {
      setTimeout(resolve, 2);
    });
  }
}

function open({ fleetFile, devices }: OpenInput): number {
  const fleet = JSON.parse(readFileSync(fleetFile, 'utf8')) as FleetFile;
  clients = fleet.devices.slice(0, devices).map(({ id, certificatePem }) => {
    const context = createSecureContext({ ca: fleet.caPem, cert: certificatePem, key: fleet.keyPem });
    return new DeviceClient(id, context);
  });
  return clients.length;
}

async function connect({ port, atOnce, resume = false }: ConnectInput): Promise<Connected> {
  const waiting = clients.toReversed();
  let resumed = 0;
  const started = performance.now();
  const cpu = cpuSeconds();
  const worker = async (): Promise<void> => {
    for (let client = waiting.pop(); client !== undefined; client = waiting.pop()) {
      if (await client.connect(port, resume)) resumed += 1;
    }
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
  const seconds = (performance.now() - started) / 1000;
  const spent = cpuSeconds() - cpu;
  return { connected: clients.filter(({ isConnected }) => isConnected).length, resumed, seconds, cpuSeconds: spent };
}

/** Counts what is sent and acknowledged from here on, and how long that takes. */
class Tally {
  readonly started = performance.now();
  private readonly cpu = cpuSeconds();
  private readonly sentBefore = sum((client) => client.beats);
  acknowledged = 0;
  private readonly sentAt = clients.map((): number[] => []);
  private readonly ackMs: number[] = [];

  constructor(then: (index: number) => void = () => {}) {
    for (const [index, client] of clients.entries()) {
      client.onAcknowledged = () => {
        this.acknowledged += 1;
        const sentAt = this.sentAt[index]?.shift();
        if (sentAt !== undefined) this.ackMs.push(performance.now() - sentAt);
        then(index);
      };
    }
  }

  get sent(): number {
    return sum((client) => client.beats) - this.sentBefore;
  }

  beat(index: number, qos: 0 | 1): void {
    if (qos === 1) this.sentAt[index]?.push(performance.now());
    clients[index]?.beat(qos);
  }

  result(): Beaten {
    return {
      sent: this.sent,
      beats: clients[0]?.beats ?? 0,
      acknowledged: this.acknowledged,
      seconds: (performance.now() - this.started) / 1000,
      cpuSeconds: cpuSeconds() - this.cpu,
      ackMs: { p50: quantile(this.ackMs, 0.5), p99: quantile(this.ackMs, 0.99) },
      connected: clients.filter(({ isConnected }) => isConnected).length,
    };
  }
}

const sum = (of: (client: DeviceClient) => number): number => clients.reduce((total, client) => total + of(client), 0);

async function beat({ perSecond, seconds, qos }: BeatInput): Promise<Beaten> {
  const tally = new Tally();
  const total = Math.round(perSecond * seconds);
  for (let sent = 0; sent < total;) {
    const due = Math.min(total, Math.ceil(((performance.now() - tally.started) / 1000) * perSecond));
    for (; sent < due; sent += 1) tally.beat(sent % clients.length, qos);
    await new Promise((resolve) => {
      setTimeout(resolve, TICK_MS);
    });
  }
  if (qos === 1) await soon(() => tally.acknowledged >= total);
  return tally.result();
}

/** QoS 1: each device sends its next heartbeat when the last one is acknowledged. QoS 0: all devices in turn, as the sockets take it. */
async function rush({ each, qos }: RushInput): Promise<Beaten> {
  const left = clients.map(() => each);
  const done = Promise.withResolvers<void>();
  const next = (index: number): void => {
    const more = left[index] ?? 0;
    if (more > 0) {
      left[index] = more - 1;
      tally.beat(index, more === 1 ? 1 : qos);
      return;
    }
    if (tally.acknowledged === (qos === 1 ? clients.length * each : clients.length)) done.resolve();
  };
  const tally = new Tally(next);
  if (qos === 1) for (const index of clients.keys()) next(index);
  else {
    for (let round = 0; round < each; round += 1) {
      for (const index of clients.keys()) {
        next(index);
        // What was sent leaves, and what came is read.
        if (index % 50 === 49)
          await new Promise((resolve) => {
            setImmediate(resolve);
          });
      }
    }
  }
  await Promise.race([done.promise, soon(() => false)]);
  return tally.result();
}

async function disconnect(): Promise<void> {
  await Promise.all(clients.map(async (client) => client.disconnect()));
}

serveCalls({ open, connect, beat, rush, disconnect });
