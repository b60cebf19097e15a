/**
 * `enroll-wire`: complete enrolments over TLS, from a board's first packet to its acknowledged birth as a device, beside bare
 * full mutual-TLS handshakes; and a thousand boards that come at once. Service and load share the two cores.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Size } from './measure.ts';
import { Child, usageOf } from './child.ts';
import type { BareInput } from './load/bare-aedes.ts';
import { seedBoards, type WaitingBoards } from './load/boards.ts';
import type { Enrolled, EnrolInput, HandshakesInput, PrepareInput } from './load/enrolments.ts';
import { ServiceProcess } from './load/service.ts';
import { inTurn, quantile, type Comparison } from './measure.ts';

const BENCH = 'enroll-wire';
const AT_ONCE = 128;
const SCALES = {
  full: { each: 500, pairs: 5, herd: 1000, handshakes: 1500 },
  smoke: { each: 12, pairs: 1, herd: 20, handshakes: 20 },
};
type Scale = (typeof SCALES)[Size];

const program = (name: string): string => join(import.meta.dirname, 'load', name);
const percent = (share: number): string => `${Math.round(share * 100)} %`;

interface Sides {
  service: ServiceProcess;
  boards: WaitingBoards;
  load: Child;
  bare: Child;
  barePort: number;
}

async function bareRate(
  { bare, barePort, load, boards }: Sides,
  count: number,
): Promise<{ perSecond: number; cpuSeconds: number }> {
  const before = await bare.call<number>('shaken');
  const { caPem, certificatePem, keyPem } = boards;
  const input: HandshakesInput = { port: barePort, count, atOnce: AT_ONCE, caPem, certificatePem, keyPem };
  const measured = await load.call<{ perSecond: number; cpuSeconds: number }>('handshakes', input);
  const shaken = (await bare.call<number>('shaken')) - before;
  if (shaken !== count) throw new Error(`${shaken} of ${count} handshakes were full`);
  return measured;
}

/** Rate against half the rate of bare handshakes: an enrolment needs two. */
async function rates(sides: Sides, { each, pairs, handshakes }: Scale): Promise<Comparison> {
  const { service, load } = sides;
  const busy: { service: number; load: number; bareLoad: number }[] = [];
  const pairsMeasured = await inTurn(
    pairs,
    async () => {
      const spent = usageOf(service.pid).cpuSeconds;
      const input: EnrolInput = { port: service.mqttPort, count: each, arrive: { atOnce: AT_ONCE } };
      const enrolled = await load.call<Enrolled>('enrol', input);
      const { seconds, cpuSeconds } = enrolled;
      busy.push({ service: (usageOf(service.pid).cpuSeconds - spent) / seconds, load: cpuSeconds / seconds, bareLoad: 0 });
      return enrolled.enrolled / seconds;
    },
    async () => {
      const { perSecond, cpuSeconds } = await bareRate(sides, handshakes);
      const last = busy.at(-1);
      if (last !== undefined) last.bareLoad = (cpuSeconds * perSecond) / handshakes;
      return perSecond / 2;
    },
  );
  const middle = (of: (one: (typeof busy)[number]) => number): string => percent(quantile(busy.map(of), 0.5));
  const note = `service ${middle((one) => one.service)} of a core, its load ${middle((one) => one.load)}; load of the bare handshakes ${middle((one) => one.bareLoad)}`;
  const figure = `${AT_ONCE} at once, against half the rate of bare mutual-TLS handshakes`;
  return { bench: BENCH, figure, unit: '/s', bound: { atLeast: 0.65 }, pairs: pairsMeasured, note };
}

/** All come in the same moment. What is compared is that none was refused for good. */
async function herd({ service, load }: Sides, count: number): Promise<Comparison> {
  const input: EnrolInput = { port: service.mqttPort, count, arrive: { atOnce: count } };
  const { enrolled, retries, seconds, ms } = await load.call<Enrolled>('enrol', input);
  const note = `after ${(ms.p50 / 1000).toFixed(1)} s (p50) and ${(ms.p99 / 1000).toFixed(1)} s (p99), ${(enrolled / seconds).toFixed(0)}/s, ${retries} asked again`;
  const pairs = [{ ours: enrolled, other: count }];
  return { bench: BENCH, figure: `in, of ${count} that came at once`, unit: 'boards', bound: { atLeast: 1 }, pairs, note };
}

export async function enrollWire(size: Size): Promise<Comparison[]> {
  const scale = SCALES[size];
  const folder = await mkdtemp(join(tmpdir(), 'rollcall-bench-'));
  const [load, bare] = [new Child(program('enrolments.ts')), new Child(program('bare-tls.ts'))];
  let service: ServiceProcess | null = null;
  try {
    const boards = await seedBoards(folder, (scale.pairs + 1) * scale.each + scale.herd);
    const { server, ticketKeys } = boards.keys;
    const bareInput: BareInput = { ...server, caPem: boards.caPem, ticketKeys: Uint8Array.from(ticketKeys) };
    const barePort = await bare.call<number>('listen', bareInput);
    service = await ServiceProcess.start(folder);
    const { domain, caPem, factoryKeyPem, serials } = boards;
    await load.call('prepare', { domain, caPem, factoryKeyPem, serials } satisfies PrepareInput);
    const sides: Sides = { service, boards, load, bare, barePort };
    const found = [await rates(sides, scale), await herd(sides, scale.herd)];
    await boards.check(service);
    return found;
  } finally {
    await Promise.all([load.stop(), bare.stop()]);
    await service?.stop();
    await rm(folder, { recursive: true, force: true });
  }
}
