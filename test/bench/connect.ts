/**
 * `connect`: mutual-TLS connects a second, from TCP to CONNACK, with the look-up of the certificate; full and resumed; tickets
 * across a restart; and the memory of a device that is connected and idle. Beside bare aedes with the same TLS.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { eventually } from '../support/process.ts';
import type { Size } from './benches.ts';
import { Child, usageOf } from './child.ts';
import type { BareInput } from './load/bare-aedes.ts';
import { seedFleet, type Fleet } from './load/fleet.ts';
import type { Connected, ConnectInput, OpenInput } from './load/heartbeats.ts';
import { ServiceProcess } from './load/service.ts';
import { inTurn, quantile, type Comparison, type Pair } from './measure.ts';

const AT_ONCE = 64;
const BENCH = 'connect';

const SCALES = {
  // The code of a connect is compiled to its end only after some ten thousand of them.
  full: { devices: 1500, warmUps: 3, pairs: 5, idle: 5000, idlePairs: 5 },
  smoke: { devices: 30, warmUps: 0, pairs: 1, idle: 60, idlePairs: 1 },
};

const program = (name: string): string => join(import.meta.dirname, 'load', name);

/** A broker in a process of its own. */
interface Side {
  pid: number;
  port: number;
  /** Device sessions that it says are open. */
  sessions(): Promise<number>;
  end(): Promise<void>;
}

async function startOurs(folder: string, port = 0): Promise<Side> {
  const service = await ServiceProcess.start(folder, { environment: { ROLLCALL_MQTT_PORT: String(port) } });
  return {
    pid: service.pid,
    port: service.mqttPort,
    sessions: async () => service.metric('rollcall_device_sessions'),
    end: async () => service.kill(),
  };
}

async function startBare(fleet: Fleet): Promise<Side> {
  const bare = new Child(program('bare-aedes.ts'));
  const { keyPem, certificatePem } = fleet.keys.server;
  const input: BareInput = { keyPem, certificatePem, caPem: fleet.caPem, ticketKeys: Uint8Array.from(fleet.keys.ticketKeys) };
  const port = await bare.call<number>('listen', input);
  return { pid: bare.pid, port, sessions: async () => bare.call('sessions'), end: async () => bare.stop() };
}

/** The devices of one side; they keep its TLS sessions, so each side has its own. */
async function loadOf(fleet: Fleet, devices: number): Promise<Child> {
  const load = new Child(program('heartbeats.ts'));
  await load.call('open', { fleetFile: fleet.file, devices } satisfies OpenInput);
  return load;
}

async function open(side: Side, count: number): Promise<void> {
  await eventually(
    async () => side.sessions(),
    (sessions) => sessions === count,
    `${count} sessions`,
  );
}

interface Measured {
  perSecond: number;
  busy: number;
  loadBusy: number;
}

/** Connects all of the load's devices, checks that all are there and that they shook hands as wanted, and lets them stay. */
async function connectAll(side: Side, load: Child, devices: number, resume: boolean): Promise<Measured> {
  const before = usageOf(side.pid).cpuSeconds;
  const result = await load.call<Connected>('connect', { port: side.port, atOnce: AT_ONCE, resume } satisfies ConnectInput);
  const spent = usageOf(side.pid).cpuSeconds - before;
  await open(side, devices);
  if (result.connected !== devices || result.resumed !== (resume ? devices : 0))
    throw new Error(`${result.connected} of ${devices} are connected, ${result.resumed} resumed a session`);
  return {
    perSecond: devices / result.seconds,
    busy: spent / result.seconds,
    loadBusy: result.cpuSeconds / result.seconds,
  };
}

interface Rates {
  full: Measured[];
  resumed: Measured[];
}

const percent = (shares: readonly number[]): string => `${Math.round(quantile(shares, 0.5) * 100)} %`;
const busyNote = (name: string, all: readonly Measured[]): string =>
  `${name} ${percent(all.map(({ busy }) => busy))} of a core, its load ${percent(all.map(({ loadBusy }) => loadBusy))}`;

async function rates(folder: string, fleet: Fleet, scale: (typeof SCALES)[Size]): Promise<Comparison[]> {
  const { devices, pairs, warmUps } = scale;
  const ours = { side: await startOurs(folder), load: await loadOf(fleet, devices) };
  const bare = { side: await startBare(fleet), load: await loadOf(fleet, devices) };
  const all: Record<'ours' | 'bare', Rates> = { ours: { full: [], resumed: [] }, bare: { full: [], resumed: [] } };
  try {
    const round = async ({ side, load }: typeof ours, into: Rates): Promise<number> => {
      for (const [resume, list] of [
        [false, into.full],
        [true, into.resumed],
      ] as const) {
        list.push(await connectAll(side, load, devices, resume));
        await load.call('disconnect');
        await open(side, 0);
      }
      return 0;
    };
    for (let warmUp = 0; warmUp < warmUps; warmUp += 1)
      for (const side of [ours, bare]) await round(side, { full: [], resumed: [] });
    await inTurn(
      pairs,
      async () => round(ours, all.ours),
      async () => round(bare, all.bare),
    );
    const reused = await acrossRestart(ours.side, ours.load, folder, devices);
    return comparisonsOf(all, `after kill -9 and a restart ${reused} of ${devices} resumed`);
  } finally {
    for (const { side, load } of [ours, bare]) {
      await load.stop();
      await side.end();
    }
  }
}

/** Kills the service, starts it on the same port, and resumes every session there. Throws where one was not. */
async function acrossRestart(side: Side, load: Child, folder: string, devices: number): Promise<number> {
  await side.end();
  const again = await startOurs(folder, side.port);
  side.end = again.end;
  await connectAll(again, load, devices, true);
  return devices;
}

function comparisonsOf({ ours, bare }: Record<'ours' | 'bare', Rates>, restart: string): Comparison[] {
  const pairsOf = (kind: keyof Rates): Pair[] =>
    // The first round warms up.
    ours[kind]
      .slice(1)
      .map(({ perSecond }, index) => ({ ours: perSecond, other: bare[kind][index + 1]?.perSecond ?? Number.NaN }));
  const busy = (kind: keyof Rates): string => `${busyNote('the service', ours[kind])}; ${busyNote('aedes', bare[kind])}`;
  const against = { bench: BENCH, unit: '/s', bound: { atLeast: 0.85 } };
  return [
    { ...against, figure: 'full handshakes, against bare aedes', pairs: pairsOf('full'), note: busy('full') },
    { ...against, figure: 'resumed, against bare aedes', pairs: pairsOf('resumed'), note: `${busy('resumed')}; ${restart}` },
    {
      bench: BENCH,
      figure: 'resumed, against full handshakes',
      unit: '/s',
      bound: { atLeast: 2 },
      pairs: pairsOf('resumed').map((pair, index) => ({ ours: pair.ours, other: pairsOf('full')[index]?.ours ?? Number.NaN })),
    },
  ];
}

/** Bytes of RSS that each connected device adds to a fresh process; sessions are resumed where there are any yet. */
async function idle(start: () => Promise<Side>, load: Child, devices: number, restIdleMb: number[]): Promise<number> {
  const side = await start();
  try {
    const before = usageOf(side.pid).rssBytes;
    restIdleMb.push(before / 1e6);
    await load.call('connect', { port: side.port, atOnce: AT_ONCE, resume: true } satisfies ConnectInput);
    await open(side, devices);
    const perDevice = (usageOf(side.pid).rssBytes - before) / devices;
    await load.call('disconnect');
    return perDevice;
  } finally {
    await side.end();
  }
}

async function memory(folder: string, fleet: Fleet, scale: (typeof SCALES)[Size]): Promise<Comparison> {
  const devices = scale.idle;
  const loads = { ours: await loadOf(fleet, devices), bare: await loadOf(fleet, devices) };
  const atRest: Record<'ours' | 'bare', number[]> = { ours: [], bare: [] };
  const pairs: Pair[] = [];
  try {
    while (pairs.length < scale.idlePairs) {
      pairs.push({
        ours: (await idle(async () => startOurs(folder), loads.ours, devices, atRest.ours)) / 1000,
        other: (await idle(async () => startBare(fleet), loads.bare, devices, atRest.bare)) / 1000,
      });
    }
  } finally {
    for (const load of Object.values(loads)) await load.stop();
  }
  const rest = (all: readonly number[]): string => `${Math.round(quantile(all, 0.5))} MB`;
  return {
    bench: BENCH,
    figure: `RSS of an idle device, ${devices} connected, against bare aedes`,
    unit: 'kB',
    bound: { atMost: 1.2 },
    pairs,
    note: `with no device the service has ${rest(atRest.ours)}, bare aedes ${rest(atRest.bare)}`,
  };
}

export async function connect(size: Size): Promise<Comparison[]> {
  const scale = SCALES[size];
  const folder = await mkdtemp(join(tmpdir(), 'rollcall-bench-'));
  try {
    const fleet = await seedFleet(folder, scale.idle);
    return [...(await rates(folder, fleet, scale)), await memory(folder, fleet, scale)];
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
