/**
 * `connect`: mutual-TLS connects a second, from TCP to CONNACK, with the look-up of the certificate; full and resumed; and tickets
 * across a restart. Beside bare aedes with the same TLS.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Size } from './measure.ts';
import { Child, usageOf } from './child.ts';
import { seedFleet, type Fleet } from './load/fleet.ts';
import type { Connected, ConnectInput, OpenInput } from './load/heartbeats.ts';
import { inTurn, quantile, type Comparison, type Pair } from './measure.ts';
import { open, startBare, startOurs, type Side } from './sides.ts';

const AT_ONCE = 64;
const BENCH = 'connect';

const SCALES = {
  // The code of a connect is compiled to its end only after some ten thousand of them.
  full: { devices: 1500, warmUps: 3, pairs: 5 },
  smoke: { devices: 30, warmUps: 0, pairs: 1 },
};

const program = (name: string): string => join(import.meta.dirname, 'load', name);

/** The devices of one side; they keep its TLS sessions, so each side has its own. */
async function loadOf(fleet: Fleet, devices: number): Promise<Child> {
  const load = new Child(program('heartbeats.ts'));
  await load.call('open', { fleetFile: fleet.file, devices } satisfies OpenInput);
  return load;
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
  const ours: { side: Side; load: Child } = { side: await startOurs(folder), load: await loadOf(fleet, devices) };
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

export async function connect(size: Size): Promise<Comparison[]> {
  const scale = SCALES[size];
  const folder = await mkdtemp(join(tmpdir(), 'rollcall-bench-'));
  try {
    const fleet = await seedFleet(folder, scale.devices);
    return await rates(folder, fleet, scale);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
