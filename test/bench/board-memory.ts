/**
 * `board-memory`: RSS that each connected board adds: with its subscription, its birth and its place on the roll; beside bare aedes over the
 * same TLS with clients that send the same packets.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Size } from './measure.ts';
import { Child, usageOf } from './child.ts';
import { seedFleet, type Fleet } from './load/fleet.ts';
import type { OpenInput } from './load/heartbeats.ts';
import type { ArriveInput } from './load/herd.ts';
import { quantile, type Comparison, type Pair } from './measure.ts';
import { open, startBare, startOurs, type Side } from './sides.ts';

const SCALES = { full: { boards: 5000, pairs: 5 }, smoke: { boards: 60, pairs: 1 } };
const AT_ONCE = 64;

/** Bytes of RSS that each board adds to a fresh broker; `restMb` gets what that has with none. */
async function bytesABoard(side: Side, herd: Child, boards: number, settings: boolean, restMb: number[]): Promise<number> {
  try {
    const before = usageOf(side.pid).rssBytes;
    restMb.push(before / 1e6);
    await herd.call('arrive', { port: side.port, atOnce: AT_ONCE, settings, jitterS: 0 } satisfies ArriveInput);
    await open(side, boards);
    const bytes = (usageOf(side.pid).rssBytes - before) / boards;
    await herd.call('leave');
    return bytes;
  } finally {
    await side.end();
  }
}

async function herdOf(fleet: Fleet, boards: number): Promise<Child> {
  const herd = new Child(join(import.meta.dirname, 'load', 'herd.ts'));
  await herd.call('open', { fleetFile: fleet.file, devices: boards } satisfies OpenInput);
  return herd;
}

export async function boardMemory(size: Size): Promise<Comparison[]> {
  const { boards, pairs } = SCALES[size];
  const folder = await mkdtemp(join(tmpdir(), 'rollcall-bench-'));
  const herds: Child[] = [];
  try {
    const fleet = await seedFleet(folder, boards);
    // Each side has boards of its own: their epochs go on rising.
    const [ours, bare] = [await herdOf(fleet, boards), await herdOf(fleet, boards)];
    herds.push(ours, bare);
    const restMb: Record<'ours' | 'bare', number[]> = { ours: [], bare: [] };
    const measured: Pair[] = [];
    while (measured.length < pairs) {
      measured.push({
        ours: (await bytesABoard(await startOurs(folder), ours, boards, true, restMb.ours)) / 1000,
        other: (await bytesABoard(await startBare(fleet), bare, boards, false, restMb.bare)) / 1000,
      });
    }
    const rest = (all: readonly number[]): string => `${Math.round(quantile(all, 0.5))} MB`;
    const note = `with no board the service has ${rest(restMb.ours)}, bare aedes ${rest(restMb.bare)}`;
    const figure = `RSS of a board, ${boards} connected, against bare aedes`;
    return [{ bench: 'board-memory', figure, unit: 'kB', bound: { atMost: 1.2 }, pairs: measured, note }];
  } finally {
    for (const herd of herds) await herd.stop();
    await rm(folder, { recursive: true, force: true });
  }
}
