/**
 * `heartbeat`: heartbeats validated, taken into presence, flushed and (QoS 1) acknowledged after the flush, 2,000 devices over
 * mutual TLS. Beside bare aedes with an empty handler, and beside Mosquitto with a subscriber that does the same work.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { eventually } from '../support/process.ts';
import type { Size } from './measure.ts';
import { Child, usageOf } from './child.ts';
import type { BareInput } from './load/bare-aedes.ts';
import { cpuPercentOf } from './load/device-client.ts';
import { seedFleet, type Fleet } from './load/fleet.ts';
import type { BeatInput, Beaten, Connected, ConnectInput, OpenInput, RushInput } from './load/heartbeats.ts';
import type { ConsumeInput } from './load/mosquitto-consumer.ts';
import { Mosquitto } from './load/mosquitto.ts';
import { ServiceProcess } from './load/service.ts';
import { inTurn, quantile, type Comparison } from './measure.ts';

const SCALES = {
  full: { devices: 2000, pairs: 5, rush: { 0: 30, 1: 20 }, perSecond: 8000, seconds: 2.5 },
  smoke: { devices: 20, pairs: 1, rush: { 0: 3, 1: 3 }, perSecond: 100, seconds: 0.4 },
};

const program = (name: string): string => join(import.meta.dirname, 'load', name);

/** One side with its own load: `pids` are what its CPU time is counted of. */
interface Side {
  load: Child;
  devices: number;
  pids: number[];
  /** Heartbeats that it says it has handled. */
  handled(): Promise<number>;
  /** Where the last heartbeat of each device must be after its flush; null where nothing is stored. */
  databaseFile: string | null;
}

interface Measured extends Beaten {
  /** CPU seconds of the side, and of a core that it and its load kept busy. */
  spent: number;
  busy: number;
  loadBusy: number;
}

async function connected(fleet: Fleet, devices: number, port: number): Promise<Child> {
  const load = new Child(program('heartbeats.ts'));
  await load.call('open', { fleetFile: fleet.file, devices } satisfies OpenInput);
  const result = await load.call<Connected>('connect', { port, atOnce: 64 } satisfies ConnectInput);
  if (result.connected !== devices) throw new Error(`only ${result.connected} of ${devices} devices are connected`);
  return load;
}

/** Every device's last heartbeat, by its number, is what its row holds. */
async function checkStored(file: string, devices: number, beats: number): Promise<void> {
  const db = new DatabaseSync(file, { readOnly: true });
  try {
    const stored = db.prepare("SELECT count(*) AS n FROM presence WHERE abs(health ->> '$.cpuPercent' - ?) < 0.001");
    await eventually(
      () => Number(stored.get(cpuPercentOf(beats))?.['n']),
      (rows) => rows === devices,
      `${devices} devices have their last heartbeat in the store`,
    );
  } finally {
    db.close();
  }
}

async function measured(side: Side, call: 'rush' | 'beat', input: RushInput | BeatInput): Promise<Measured> {
  const used = (): number => side.pids.reduce((sum, pid) => sum + usageOf(pid).cpuSeconds, 0);
  const [before, spentBefore] = [await side.handled(), used()];
  const beaten = await side.load.call<Beaten>(call, input);
  await eventually(
    async () => (await side.handled()) - before,
    (handled) => handled === beaten.sent,
    `${beaten.sent} heartbeats are handled`,
  );
  if (side.databaseFile !== null) await checkStored(side.databaseFile, side.devices, beaten.beats);
  const spent = used() - spentBefore;
  const due = input.qos === 1 ? beaten.sent : call === 'rush' ? side.devices : 0;
  if (beaten.acknowledged !== due || beaten.connected !== side.devices)
    throw new Error(`${beaten.acknowledged} of ${due} acknowledged, ${beaten.connected} of ${side.devices} still connected`);
  return { ...beaten, spent, busy: spent / beaten.seconds, loadBusy: beaten.cpuSeconds / beaten.seconds };
}

const percent = (shares: readonly number[]): string => `${Math.round(quantile(shares, 0.5) * 100)} %`;
const busyNote = (name: string, all: readonly Measured[]): string =>
  `${name} ${percent(all.map(({ busy }) => busy))} of a core, its load ${percent(all.map(({ loadBusy }) => loadBusy))}`;

async function rates(ours: Side, bare: Side, qos: 0 | 1, each: number, pairs: number): Promise<Comparison> {
  const all: { ours: Measured[]; bare: Measured[] } = { ours: [], bare: [] };
  const rush = async (side: Side, into: Measured[]): Promise<number> => {
    const result = await measured(side, 'rush', { each, qos });
    into.push(result);
    return result.sent / result.seconds;
  };
  const counted = await inTurn(
    pairs,
    async () => rush(ours, all.ours),
    async () => rush(bare, all.bare),
  );
  const ackMs = (share: 'p50' | 'p99'): number =>
    Math.round(
      quantile(
        all.ours.map((result) => result.ackMs[share]),
        0.5,
      ),
    );
  const latency = qos === 1 ? `; acknowledged after ${ackMs('p50')} ms (p99 ${ackMs('p99')} ms)` : '';
  return {
    bench: 'heartbeat',
    figure: `QoS ${qos}, against bare aedes with an empty handler`,
    unit: '/s',
    bound: { atLeast: 0.7 },
    pairs: counted,
    note: `${busyNote('the service', all.ours)}; ${busyNote('aedes', all.bare)}${latency}`,
  };
}

async function cpu(ours: Side, mosquitto: Side, scale: (typeof SCALES)[Size]): Promise<Comparison> {
  const all: { ours: Measured[]; other: Measured[] } = { ours: [], other: [] };
  const beat = async (side: Side, into: Measured[]): Promise<number> => {
    const result = await measured(side, 'beat', { perSecond: scale.perSecond, seconds: scale.seconds, qos: 1 });
    into.push(result);
    return (result.spent / result.sent) * 100_000;
  };
  const pairs = await inTurn(
    scale.pairs,
    async () => beat(ours, all.ours),
    async () => beat(mosquitto, all.other),
  );
  return {
    bench: 'heartbeat',
    figure: `CPU of 100 k at QoS 1, ${scale.perSecond}/s, against Mosquitto and a subscriber`,
    unit: 's',
    bound: { atMost: 1 },
    pairs,
    note: `${busyNote('the service', all.ours)}; ${busyNote('Mosquitto and subscriber', all.other)}`,
  };
}

async function startOurs(
  folder: string,
  fleet: Fleet,
  devices: number,
  onEnd: (end: () => Promise<void>) => void,
): Promise<Side> {
  const service = await ServiceProcess.start(folder);
  onEnd(async () => service.kill());
  const load = await connected(fleet, devices, service.mqttPort);
  onEnd(async () => load.stop());
  const handled = async (): Promise<number> => service.metric('rollcall_heartbeats_total');
  return { load, devices, pids: [service.pid], handled, databaseFile: join(folder, 'rollcall.db') };
}

async function startBare(fleet: Fleet, devices: number, onEnd: (end: () => Promise<void>) => void): Promise<Side> {
  const bare = new Child(program('bare-aedes.ts'));
  onEnd(async () => bare.stop());
  const { keyPem, certificatePem } = fleet.keys.server;
  const input: BareInput = { keyPem, certificatePem, caPem: fleet.caPem, ticketKeys: Uint8Array.from(fleet.keys.ticketKeys) };
  const load = await connected(fleet, devices, await bare.call<number>('listen', input));
  onEnd(async () => load.stop());
  return { load, devices, pids: [bare.pid], handled: async () => bare.call('published'), databaseFile: null };
}

async function startMosquitto(
  folder: string,
  fleet: Fleet,
  devices: number,
  onEnd: (end: () => Promise<void>) => void,
): Promise<Side> {
  const mosquitto = await Mosquitto.start(folder, fleet);
  onEnd(async () => mosquitto.stop());
  const consumer = new Child(program('mosquitto-consumer.ts'));
  onEnd(async () => consumer.stop());
  const databaseFile = join(folder, 'mosquitto', 'consumer.db');
  const deviceIds = fleet.devices.slice(0, devices).map(({ id }) => id);
  const input: ConsumeInput = { port: mosquitto.port, key: mosquitto.consumerKey, databaseFile, deviceIds, qos: 1 };
  await consumer.call('start', input);
  const load = await connected(fleet, devices, mosquitto.port);
  onEnd(async () => load.stop());
  return { load, devices, pids: [mosquitto.pid, consumer.pid], handled: async () => consumer.call('taken'), databaseFile };
}

export async function heartbeat(size: Size): Promise<Comparison[]> {
  const scale = SCALES[size];
  const { devices, pairs, rush } = scale;
  const folder = await mkdtemp(join(tmpdir(), 'rollcall-bench-'));
  const ends: (() => Promise<void>)[] = [async () => rm(folder, { recursive: true, force: true })];
  const onEnd = (end: () => Promise<void>): unknown => ends.push(end);
  try {
    const fleet = await seedFleet(folder, devices);
    const ours = await startOurs(folder, fleet, devices, onEnd);
    const bare = await startBare(fleet, devices, onEnd);
    const comparisons = [await rates(ours, bare, 0, rush[0], pairs), await rates(ours, bare, 1, rush[1], pairs)];
    const mosquitto = await startMosquitto(folder, fleet, devices, onEnd);
    return [...comparisons, await cpu(ours, mosquitto, scale)];
  } finally {
    for (const end of ends.toReversed()) await end();
  }
}
