/**
 * `herd`: the service is killed and started again; every board comes back by itself, with the agent's back-off, a full handshake, its
 * subscription and its birth. How long from the moment that it listens until the last one's birth is acknowledged, beside the same
 * boards with the same packets on bare aedes that was away for as long.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Size } from './measure.ts';
import { Child, usageOf } from './child.ts';
import { seedFleet, type Fleet } from './load/fleet.ts';
import type { OpenInput } from './load/heartbeats.ts';
import type { ArriveInput, Back } from './load/herd.ts';
import type { ServiceProcess } from './load/service.ts';
import { inTurn, quantile, type Comparison } from './measure.ts';
import { open, startBare, startOurs, type Side } from './sides.ts';

const SCALES = {
  // What the service asks of its displays unless it is set otherwise.
  full: { boards: 5000, pairs: 5, jitterS: 10 },
  smoke: { boards: 10, pairs: 1, jitterS: 0 },
};
type Scale = (typeof SCALES)[Size];
const AT_ONCE = 64;

/** One broker and its herd. */
interface Field {
  side: Side;
  load: Child;
  start(port: number): Promise<Side>;
}

/** P4, E3: none was shown offline, and none asked to be enrolled. */
async function unharmed(service: ServiceProcess, boards: number): Promise<void> {
  const offline = await service.metric('rollcall_devices{status="offline"}');
  const enrolments = await service.metric('rollcall_enrolments_total{outcome="accepted"}');
  const online = await service.metric('rollcall_devices{status="online"}');
  if (offline !== 0 || online !== boards || !Number.isNaN(enrolments))
    throw new Error(`${offline} of ${boards} offline, ${online} online, ${enrolments} enrolled again`);
}

interface Returned extends Back {
  /** Milliseconds for which nobody listened. */
  awayMs: number;
  /** Of those, until it listened once it was started. */
  startMs: number;
  /** Milliseconds from then until half and all of the boards were back. */
  halfMs: number;
  allMs: number;
  /** The broker's share of a core meanwhile. */
  busy: number;
}

async function fieldOf(fleet: Fleet, { boards, jitterS }: Scale, settings: boolean, start: Field['start']): Promise<Field> {
  const side = await start(0);
  const load = new Child(join(import.meta.dirname, 'load', 'herd.ts'));
  await load.call('open', { fleetFile: fleet.file, devices: boards } satisfies OpenInput);
  await load.call('arrive', { port: side.port, atOnce: AT_ONCE, settings, jitterS } satisfies ArriveInput);
  await open(side, boards);
  return { side, load, start };
}

/** Kills the broker, starts it again after `restMs`, and waits for the whole herd. Throws where one is missing. */
async function outage(field: Field, boards: number, restMs: number): Promise<Returned> {
  const killedAt = Date.now();
  await field.side.end();
  await new Promise((resolve) => {
    setTimeout(resolve, restMs);
  });
  const startedAt = Date.now();
  field.side = await field.start(field.side.port);
  const upAt = Date.now();
  const spent = usageOf(field.side.pid).cpuSeconds;
  const back = await field.load.call<Back>('back', killedAt);
  const busy = (usageOf(field.side.pid).cpuSeconds - spent) / ((Date.now() - upAt) / 1000);
  await open(field.side, boards);
  return { ...back, awayMs: upAt - killedAt, startMs: upAt - startedAt, halfMs: back.half - upAt, allMs: back.last - upAt, busy };
}

const seconds = (values: readonly number[]): string => `${(quantile(values, 0.5) / 1000).toFixed(1)} s`;
const percent = (values: readonly number[]): string => `${Math.round(quantile(values, 0.5) * 100)} %`;

async function measure(folder: string, scale: Scale): Promise<Comparison> {
  const { boards, pairs, jitterS } = scale;
  const fleet = await seedFleet(folder, boards);
  let service: ServiceProcess | null = null;
  const ours = await fieldOf(fleet, scale, true, async (port) => {
    const started = await startOurs(folder, port);
    ({ service } = started);
    return started;
  });
  const bare = await fieldOf(fleet, scale, false, async (port) => startBare(fleet, port));
  const all: Record<'ours' | 'bare', Returned[]> = { ours: [], bare: [] };
  try {
    const counted = await inTurn(
      pairs,
      async () => {
        const returned = await outage(ours, boards, 0);
        if (service !== null) await unharmed(service, boards);
        all.ours.push(returned);
        return returned.allMs / 1000;
      },
      async () => {
        // Boards that were alone for longer rest for longer: both brokers are away for as long, though aedes starts faster.
        const restMs = (all.ours.at(-1)?.awayMs ?? 0) - (all.bare.at(-1)?.startMs ?? 0);
        const returned = await outage(bare, boards, restMs);
        all.bare.push(returned);
        return returned.allMs / 1000;
      },
    );
    const of = (name: 'ours' | 'bare'): string => {
      const [half, away, busy] = [
        all[name].map((one) => one.halfMs),
        all[name].map((one) => one.awayMs),
        all[name].map((one) => one.busy),
      ];
      const failures = quantile(
        all[name].map((one) => one.failures),
        0.5,
      );
      return `away ${seconds(away)}, half back after ${seconds(half)}, ${percent(busy)} of a core, ${failures} failed connections`;
    };
    const figure = `until all of ${boards} boards are back after kill -9, spread over ${jitterS} s, against bare aedes`;
    const note = `the service: ${of('ours')}; aedes: ${of('bare')}`;
    return { bench: 'herd', figure, unit: 's', bound: { atMost: 1.3 }, pairs: counted, note };
  } finally {
    for (const { load, side } of [ours, bare]) {
      await load.stop();
      await side.end();
    }
  }
}

export async function herd(size: Size): Promise<Comparison[]> {
  const folder = await mkdtemp(join(tmpdir(), 'rollcall-bench-'));
  try {
    return [await measure(folder, SCALES[size])];
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
