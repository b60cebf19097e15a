/**
 * `event-loop`: how long the service's event loop is held up, as its own metric says, while boards enrol and while devices beat,
 * each at 70 % of the rate that it reached just before; beside a Node that does nothing, on the same busy machine.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Size } from './measure.ts';
import { Child, usageOf } from './child.ts';
import { seedBoards, type WaitingBoards } from './load/boards.ts';
import type { Enrolled, EnrolInput, PrepareInput } from './load/enrolments.ts';
import { seedFleet } from './load/fleet.ts';
import type { BeatInput, Beaten, Connected, ConnectInput, OpenInput, RushInput } from './load/heartbeats.ts';
import { ServiceProcess } from './load/service.ts';
import { quantile, type Comparison, type Pair } from './measure.ts';

/** Of a bare timer's delay, which is 10 ms where the machine has time. */
const AT_MOST = 2;
const SHARE = 0.7;
const SCALES = {
  full: { rounds: 5, seconds: 2.5, boards: 4000, probe: 600, devices: 2000, each: 20 },
  smoke: { rounds: 1, seconds: 0.3, boards: 200, probe: 20, devices: 20, each: 3 },
};
type Scale = (typeof SCALES)[Size];

const program = (name: string): string => join(import.meta.dirname, 'load', name);

/** Milliseconds below which 99 % of the loop's delays were since it was asked last; its own timer's 10 ms are in it. */
async function delayMs(service: ServiceProcess): Promise<number> {
  return 1000 * (await service.metric('nodejs_eventloop_lag_p99_seconds'));
}

async function rounds(
  service: ServiceProcess,
  { rounds: count }: Scale,
  about: { load: string; perSecond: number },
  work: () => Promise<void>,
): Promise<Comparison> {
  const pairs: Pair[] = [];
  const busy: number[] = [];
  const bare = new Child(program('bare-timer.ts'));
  const bareMs = async (): Promise<number> => bare.call<number>('delayMs');
  for (let round = 0; round < count; round += 1) {
    await Promise.all([delayMs(service), bareMs()]);
    const [spent, started] = [usageOf(service.pid).cpuSeconds, performance.now()];
    await work();
    busy.push((usageOf(service.pid).cpuSeconds - spent) / ((performance.now() - started) / 1000));
    pairs.push({ ours: await delayMs(service), other: await bareMs() });
  }
  await bare.stop();
  const note = `the service ${Math.round(100 * quantile(busy, 0.5))} % of a core; the timer of 10 ms is part of both`;
  const figure = `p99 of its delay at ${Math.round(about.perSecond)} ${about.load}/s, against a bare timer`;
  return { bench: 'event-loop', figure, unit: 'ms', bound: { atMost: AT_MOST }, pairs, note };
}

async function enrolling(service: ServiceProcess, boards: WaitingBoards, scale: Scale): Promise<Comparison> {
  const load = new Child(program('enrolments.ts'));
  try {
    const { domain, caPem, factoryKeyPem, serials } = boards;
    await load.call('prepare', { domain, caPem, factoryKeyPem, serials } satisfies PrepareInput);
    const enrol = async (count: number, arrive: EnrolInput['arrive']): Promise<Enrolled> =>
      load.call('enrol', { port: service.mqttPort, count, arrive } satisfies EnrolInput);
    const reached = await enrol(scale.probe, { atOnce: 128 });
    const perSecond = (SHARE * reached.enrolled) / reached.seconds;
    return await rounds(service, scale, { load: 'enrolments', perSecond }, async () => {
      const count = Math.ceil(perSecond * scale.seconds);
      const { enrolled } = await enrol(count, { perSecond });
      if (enrolled !== count) throw new Error(`${enrolled} of ${count} boards enrolled`);
    });
  } finally {
    await load.stop();
  }
}

async function beating(service: ServiceProcess, fleetFile: string, scale: Scale): Promise<Comparison> {
  const load = new Child(program('heartbeats.ts'));
  try {
    await load.call('open', { fleetFile, devices: scale.devices } satisfies OpenInput);
    const { connected } = await load.call<Connected>('connect', { port: service.mqttPort, atOnce: 64 } satisfies ConnectInput);
    if (connected !== scale.devices) throw new Error(`${connected} of ${scale.devices} devices are connected`);
    const reached = await load.call<Beaten>('rush', { each: scale.each, qos: 1 } satisfies RushInput);
    const perSecond = (SHARE * reached.acknowledged) / reached.seconds;
    return await rounds(service, scale, { load: 'heartbeats', perSecond }, async () => {
      const input: BeatInput = { perSecond, seconds: scale.seconds, qos: 1 };
      const { sent, acknowledged } = await load.call<Beaten>('beat', input);
      if (acknowledged !== sent) throw new Error(`${acknowledged} of ${sent} heartbeats were acknowledged`);
    });
  } finally {
    await load.stop();
  }
}

async function withService<Result>(
  seed: (folder: string) => Promise<Result>,
  measure: (service: ServiceProcess, seeded: Result) => Promise<Comparison>,
): Promise<Comparison> {
  const folder = await mkdtemp(join(tmpdir(), 'rollcall-bench-'));
  try {
    const seeded = await seed(folder);
    const service = await ServiceProcess.start(folder);
    try {
      return await measure(service, seeded);
    } finally {
      await service.stop();
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

export async function eventLoop(size: Size): Promise<Comparison[]> {
  const scale = SCALES[size];
  return [
    await withService(
      async (folder) => seedBoards(folder, scale.boards),
      async (service, boards) => enrolling(service, boards, scale),
    ),
    await withService(
      async (folder) => seedFleet(folder, scale.devices),
      async (service, { file }) => beating(service, file, scale),
    ),
  ];
}
