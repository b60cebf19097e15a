/**
 * `agent`: what the agent costs a display in memory, and how soon it is heard, beside a process with mqtt.js alone. Both are one
 * file made by esbuild, and run by the same Node with the same flags.
 */
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { eventually } from '../support/process.ts';
import type { Size } from './measure.ts';
import { Child, usageOf } from './child.ts';
import { Displays, freshAgent, live, MAX_BUNDLE_BYTES, type Display, type Make } from './displays.ts';
import type { BareInput } from './load/bare-aedes.ts';
import { seedFleet, type Fleet } from './load/fleet.ts';
import { ServiceProcess } from './load/service.ts';
import { inTurn, quantile, type Comparison } from './measure.ts';

const SCALES = { full: { pairs: 7, settleMs: 2000 }, smoke: { pairs: 1, settleMs: 100 } };
/** The first heartbeat is the only one. */
const LIFE = { board: 'simulated:bench', intervalS: 600, goesOn: false };
const LOAD = join(import.meta.dirname, 'load');

/** Megabytes of a display that lives at the real service, some time after the service took its first heartbeat. */
async function memoryOf(display: Display, database: string, settleMs: number): Promise<number> {
  const db = new DatabaseSync(database, { readOnly: true });
  try {
    const heard = db.prepare('SELECT 1 AS heard FROM presence WHERE device_id = ? AND last_heartbeat_at IS NOT NULL');
    return await live(display, async (child) => {
      await eventually(() => heard.get(display.deviceId) !== undefined, Boolean, 'the first heartbeat');
      await new Promise((resolve) => {
        setTimeout(resolve, settleMs);
      });
      return usageOf(child.pid ?? 0).rssBytes / 1024 / 1024;
    });
  } finally {
    db.close();
  }
}

/** Milliseconds from the start of the process until the other end has its first heartbeat. */
async function timeOf(display: Display, farEnd: Child): Promise<number> {
  return live(display, async (_child, startedAt) => (await farEnd.call<number>('firstHeartbeat', display.deviceId)) - startedAt);
}

async function compare(displays: Displays, folder: string, fleet: Fleet, size: Size): Promise<Comparison[]> {
  const { pairs, settleMs } = SCALES[size];
  const bench = 'agent';
  const farEnd = new Child(join(LOAD, 'far-end.ts'));
  const service = await ServiceProcess.start(folder);
  try {
    const { keyPem, certificatePem } = fleet.keys.server;
    const ticketKeys = Uint8Array.from(fleet.keys.ticketKeys);
    const input: BareInput = { keyPem, certificatePem, caPem: fleet.caPem, ticketKeys };
    const farPort = await farEnd.call<number>('listen', input);
    const soon = async (make: Make): Promise<number> => timeOf(await make(farPort), farEnd);
    const times = await inTurn(
      pairs,
      async () => soon(displays.agent),
      async () => soon(displays.mqttOnly),
    );
    const database = join(folder, 'rollcall.db');
    const big = async (make: Make): Promise<number> => memoryOf(await make(service.mqttPort), database, settleMs);
    const memory = await inTurn(
      pairs,
      async () => big(displays.agent),
      async () => big(displays.mqttOnly),
    );
    const slowest = quantile(
      times.map(({ ours }) => ours),
      1,
    );
    return [
      {
        bench,
        figure: 'start to first heartbeat',
        unit: 'ms',
        bound: { atMost: 1.3 },
        pairs: times,
        note: `the agent reads and saves its state, subscribes and says its birth before; slowest ${slowest} ms`,
      },
      { bench, figure: 'memory while connected', unit: 'MB', bound: { atMost: 1.15 }, pairs: memory },
    ];
  } finally {
    await farEnd.stop();
    await service.stop();
  }
}

export async function agent(size: Size): Promise<Comparison[]> {
  const bundleBytes = await freshAgent();
  const folder = mkdtempSync(join(tmpdir(), 'rollcall-bench-'));
  try {
    const data = join(folder, 'data');
    mkdirSync(data);
    const fleet = await seedFleet(data, (SCALES[size].pairs + 1) * 4);
    const compared = await compare(await Displays.build(folder, fleet, LIFE), data, fleet, size);
    const bundle = {
      bench: 'agent',
      figure: 'bundle, against 1.2 MB',
      unit: 'bytes',
      bound: { atMost: 1 },
      pairs: [{ ours: bundleBytes, other: MAX_BUNDLE_BYTES }],
    };
    return [...compared, bundle];
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
