/**
 * `soak`: a million heartbeats through the service's roll and store, and a million through one agent's loop and link, on clocks of their
 * own. What each holds at the end stands beside what it held before: it must be flat.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Size } from './measure.ts';
import { Child } from './child.ts';
import type { AgentSoakInput, Beaten as AgentBeaten } from './load/agent-soak.ts';
import { seedFleet, type Fleet } from './load/fleet.ts';
import type { Held } from './load/memory-held.ts';
import type { Beaten as RegistryBeaten } from './load/registry-soak.ts';
import type { Comparison } from './measure.ts';
import { startBare } from './sides.ts';

const SCALES = {
  full: { heartbeats: 1_000_000, devices: 5000 },
  // Enough that a kilobyte kept a heartbeat is seen.
  smoke: { heartbeats: 20_000, devices: 500 },
};
/** Shares of the whole after which each is looked at: a tenth fills caches and compiles what is hot, a half lets the allocator find its size. */
const MARKS = [0.1, 0.5, 1];
const LOAD = join(import.meta.dirname, 'load');
const execArgv = ['--expose-gc'];

const megabytes = (bytes: number): number => bytes / 1e6;

/**
 * The heap after a full collection says what is kept; RSS also what the allocators and the writer's thread have not given back, which
 * grows in steps.
 */
function comparisons(who: string, marks: readonly Held[], note: string): Comparison[] {
  const [tenth, half, end] = marks;
  if (tenth === undefined || half === undefined || end === undefined) throw new Error('not every mark was reached');
  const figure = (what: string): string => `${who}: ${what}`;
  return [
    {
      bench: 'soak',
      figure: figure('heap at the end, against after a tenth'),
      unit: 'MB',
      bound: { atMost: 1.05 },
      note,
      pairs: [{ ours: megabytes(end.heapBytes), other: megabytes(tenth.heapBytes) }],
    },
    {
      bench: 'soak',
      figure: figure('RSS at the end, against after a half'),
      unit: 'MB',
      bound: { atMost: 1.25 },
      pairs: [{ ours: megabytes(end.rssBytes), other: megabytes(half.rssBytes) }],
    },
  ];
}

/** Beats `times` in all, and looks at each mark. */
async function marked<Beaten extends Held>(
  child: Child,
  times: number,
): Promise<{ marks: Beaten[]; last: Beaten; perS: (beats: number) => number }> {
  const began = performance.now();
  const marks: Beaten[] = [];
  let done = 0;
  for (const mark of MARKS) {
    const upTo = Math.ceil(times * mark);
    marks.push(await child.call<Beaten>('beat', upTo - done));
    done = upTo;
  }
  const seconds = (performance.now() - began) / 1000;
  const last = marks.at(-1);
  if (last === undefined) throw new Error('no mark was reached');
  return { marks, last, perS: (beats) => Math.round(beats / seconds) };
}

function demand(what: string, counted: number, wanted: number): void {
  if (counted < wanted) throw new Error(`${counted} ${what}, not ${wanted}`);
}

/** As many heartbeats as are wanted, a hundredth of the devices being silent at any time. */
async function soakRegistry(folder: string, { heartbeats, devices }: (typeof SCALES)[Size]): Promise<Comparison[]> {
  const child = new Child(join(LOAD, 'registry-soak.ts'), { execArgv });
  try {
    demand('devices', await child.call<number>('open', folder), devices);
    const rounds = Math.ceil(heartbeats / (0.99 * devices));
    const { marks, last, perS } = await marked<RegistryBeaten>(child, rounds);
    demand('heartbeats', last.heartbeats, heartbeats);
    demand('changes of status', last.changes, 3 * Math.floor(rounds / 5 - 1));
    await child.call('close');
    const note = `${last.heartbeats} heartbeats of ${devices} devices in ${rounds} intervals, ${perS(last.heartbeats)}/s; ${last.changes} changes of status`;
    return comparisons('service', marks, note);
  } finally {
    await child.stop();
  }
}

async function soakAgent(fleet: Fleet, { heartbeats }: (typeof SCALES)[Size]): Promise<Comparison[]> {
  const [device] = fleet.devices;
  if (device === undefined) throw new Error('no device');
  const broker = await startBare(fleet);
  const child = new Child(join(LOAD, 'agent-soak.ts'), { execArgv });
  try {
    await child.call('open', {
      brokerUrl: `mqtts://localhost:${broker.port}`,
      caPem: fleet.caPem,
      keyPem: fleet.keyPem,
      deviceId: device.id,
      certificatePem: device.certificatePem,
    } satisfies AgentSoakInput);
    // One in twenty is missed, and the last gap may be a whole one.
    const beats = Math.ceil(heartbeats / 0.95) + 200;
    const { marks, last, perS } = await marked<AgentBeaten>(child, beats);
    demand('acknowledged heartbeats', last.acknowledged, heartbeats);
    demand('missed heartbeats', last.missed, 0.04 * beats);
    const note = `${last.acknowledged} acknowledged, ${perS(last.acknowledged)}/s; ${last.missed} while it was away`;
    return comparisons('agent', marks, note);
  } finally {
    await child.stop();
    await broker.end();
  }
}

export async function soak(size: Size): Promise<Comparison[]> {
  const scale = SCALES[size];
  const folder = await mkdtemp(join(tmpdir(), 'rollcall-bench-'));
  try {
    const fleet = await seedFleet(folder, scale.devices);
    return [...(await soakRegistry(folder, scale)), ...(await soakAgent(fleet, scale))];
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
