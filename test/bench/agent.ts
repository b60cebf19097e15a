/**
 * `agent`: what the agent costs a display in memory, and how soon it is heard, beside a process with mqtt.js alone. Both are one
 * file made by esbuild, and run by the same Node with the same flags.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { build } from 'esbuild';
import { newState, withAccepted } from '../../agent/state.ts';
import { createSimulatedBoard } from '../../firmware-shim/simulated.ts';
import { deviceTopic } from '../../protocol/topics.ts';
import { AGENT_FILE, buildAgent, bundleOptions } from '../../scripts/build-agent.ts';
import { childEnvironment, eventually, ROOT } from '../support/process.ts';
import type { Size } from './benches.ts';
import { Child, usageOf } from './child.ts';
import type { BareInput } from './load/bare-aedes.ts';
import { seedFleet, type Fleet } from './load/fleet.ts';
import type { MqttOnlyInput } from './load/mqtt-only.ts';
import { ServiceProcess } from './load/service.ts';
import { inTurn, quantile, type Comparison } from './measure.ts';

const SCALES = { full: { pairs: 7, settleMs: 2000 }, smoke: { pairs: 1, settleMs: 100 } };
const MOST_BUNDLE_BYTES = 1_200_000;
const BOARD = 'bench';
const INTERVAL_S = 600;
const LOAD = join(import.meta.dirname, 'load');

/** A program that is about to live as a device. */
interface Display {
  deviceId: string;
  args: string[];
  environment: Record<string, string>;
}

type Make = (brokerPort: number) => Promise<Display>;

/** Both programs, each time as a device of its own: so the first heartbeat is the only one. */
class Displays {
  private readonly folder: string;
  private readonly fleet: Fleet;
  private readonly mqttOnlyFile: string;
  private taken = 0;

  constructor(folder: string, fleet: Fleet, mqttOnlyFile: string) {
    this.folder = folder;
    this.fleet = fleet;
    this.mqttOnlyFile = mqttOnlyFile;
  }

  private next(): { id: string; certificatePem: string; folder: string } {
    const device = this.fleet.devices[this.taken];
    if (device === undefined) throw new Error('the fleet is used up');
    this.taken += 1;
    const folder = join(this.folder, device.id);
    mkdirSync(folder, { mode: 0o700 });
    return { ...device, folder };
  }

  /** The agent as it is after an enrolment. */
  readonly agent: Make = async (brokerPort) => {
    const { id, certificatePem, folder } = this.next();
    const { fingerprint } = await createSimulatedBoard(BOARD, () => {}).identify();
    const now = new Date().toISOString();
    const accepted = {
      type: 'accepted' as const,
      requestId: '',
      deviceId: id,
      certificate: certificatePem,
      ca: this.fleet.caPem,
      brokerUrl: `mqtts://localhost:${brokerPort}`,
      replay: false,
      epochFrom: 1,
      now,
      domain: { name: 'fleet', organization: 'Fleet' },
      heartbeat: { intervalS: INTERVAL_S, jitterS: 0 },
      credits: { granted: 0, reason: 'none-left' as const },
    };
    const state = withAccepted(newState(this.fleet.keyPem, fingerprint, now), accepted, now);
    writeFileSync(join(folder, 'state.json'), JSON.stringify(state), { mode: 0o600 });
    const environment = { ROLLCALL_STATE: folder, ROLLCALL_BOARD: `simulated:${BOARD}` };
    return { deviceId: id, args: [AGENT_FILE, 'run'], environment };
  };

  readonly mqttOnly: Make = async (brokerPort) => {
    const { id, certificatePem, folder } = this.next();
    const health = { cpuPercent: 12, memoryPercent: 41.5, diskPercent: 63, temperatureC: 48.5, screen: 'on' };
    const at = new Date().toISOString();
    const heartbeat = { type: 'heartbeat', epoch: 1, seq: 0, at, uptimeS: 86_400, intervalS: INTERVAL_S, health };
    const input: MqttOnlyInput = {
      brokerUrl: `mqtts://localhost:${brokerPort}`,
      caPem: this.fleet.caPem,
      keyPem: this.fleet.keyPem,
      certificatePem,
      deviceId: id,
      topic: deviceTopic(id, 'heartbeat'),
      heartbeat: JSON.stringify(heartbeat),
    };
    const file = join(folder, 'input.json');
    writeFileSync(file, JSON.stringify(input), { mode: 0o600 });
    return { deviceId: id, args: [this.mqttOnlyFile, file], environment: {} };
  };
}

/** Runs a display for as long as `meanwhile` takes. Fails where it ends by itself. */
async function live<Result>(
  { args, environment }: Display,
  meanwhile: (display: ChildProcess, startedAt: number) => Promise<Result>,
): Promise<Result> {
  const startedAt = Date.now();
  const child = spawn(process.execPath, args, { env: childEnvironment(environment), stdio: ['ignore', 'ignore', 'pipe'] });
  let said = '';
  child.stderr.on('data', (text: Buffer) => {
    said += text.toString();
  });
  const exited = once(child, 'exit');
  const failed = exited.then(([code]): never => {
    throw new Error(`${args[0]} ended with ${String(code)}: ${said}`);
  });
  try {
    return await Promise.race([meanwhile(child, startedAt), failed]);
  } finally {
    failed.catch(() => undefined);
    child.kill('SIGKILL');
    await exited;
  }
}

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

/** When any file of a folder changed last. */
function changedAt(folder: string): number {
  const files = readdirSync(join(ROOT, folder), { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  return Math.max(...files.map(({ parentPath, name }) => statSync(join(parentPath, name)).mtimeMs));
}

/** Builds the agent where it is missing or older than its sources; its size in bytes. */
async function freshAgent(): Promise<number> {
  const changed = Math.max(...['agent', 'firmware-shim', 'protocol', 'scripts'].map(changedAt));
  if ((statSync(AGENT_FILE, { throwIfNoEntry: false })?.mtimeMs ?? 0) < changed) await buildAgent();
  return statSync(AGENT_FILE).size;
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
    const mqttOnlyFile = join(folder, 'mqtt-only.cjs');
    await build({ ...bundleOptions, entryPoints: [join(LOAD, 'mqtt-only.ts')], outfile: mqttOnlyFile });
    const data = join(folder, 'data');
    mkdirSync(data);
    const fleet = await seedFleet(data, (SCALES[size].pairs + 1) * 4);
    const compared = await compare(new Displays(folder, fleet, mqttOnlyFile), data, fleet, size);
    const bundle = {
      bench: 'agent',
      figure: 'bundle, against 1.2 MB',
      unit: 'bytes',
      bound: { atMost: 1 },
      pairs: [{ ours: bundleBytes, other: MOST_BUNDLE_BYTES }],
    };
    return [...compared, bundle];
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
