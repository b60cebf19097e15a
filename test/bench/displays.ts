/** The programs that `agent` and `footprint` compare, each one file made by esbuild: the agent, and mqtt.js alone. */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'esbuild';
import { newState, withAccepted } from '../../agent/state.ts';
import { detectBoard } from '../../firmware-shim/detect.ts';
import { deviceTopic } from '../../protocol/topics.ts';
import { AGENT_FILE, buildAgent, bundleOptions } from '../../scripts/build-agent.ts';
import { childEnvironment, ROOT } from '../support/process.ts';
import type { Fleet } from './load/fleet.ts';
import type { MqttOnlyInput } from './load/mqtt-only.ts';

export const MAX_BUNDLE_BYTES = 1_200_000;
const LOAD = join(import.meta.dirname, 'load');

/** A program that is about to live as a device. */
export interface Display {
  deviceId: string;
  args: string[];
  environment: Record<string, string>;
}

export type Make = (brokerPort: number) => Promise<Display>;

export interface Life {
  /** As ROLLCALL_BOARD says it. */
  board: string;
  /** Seconds between heartbeats. */
  intervalS: number;
  /** Whether mqtt.js alone beats at all after its first time. */
  goesOn: boolean;
}

/** Both programs, each time as a device of its own. */
export class Displays {
  private readonly folder: string;
  private readonly fleet: Fleet;
  private readonly life: Life;
  private readonly mqttOnlyFile: string;
  private taken = 0;

  private constructor(folder: string, fleet: Fleet, life: Life) {
    this.folder = folder;
    this.fleet = fleet;
    this.life = life;
    this.mqttOnlyFile = join(folder, 'mqtt-only.cjs');
  }

  /** Builds what is missing. */
  static async build(folder: string, fleet: Fleet, life: Life): Promise<Displays> {
    const displays = new Displays(folder, fleet, life);
    await build({ ...bundleOptions, entryPoints: [join(LOAD, 'mqtt-only.ts')], outfile: displays.mqttOnlyFile });
    return displays;
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
    const { board, intervalS } = this.life;
    const { fingerprint } = await detectBoard(board, { ownId: async () => '', show: () => {} }).identify();
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
      heartbeat: { intervalS, jitterS: 0 },
      credits: { granted: 0, reason: 'none-left' as const },
    };
    const state = withAccepted(newState(this.fleet.keyPem, fingerprint, now), accepted, now);
    writeFileSync(join(folder, 'state.json'), JSON.stringify(state), { mode: 0o600 });
    const environment = { ROLLCALL_STATE: folder, ROLLCALL_BOARD: board };
    return { deviceId: id, args: [AGENT_FILE, 'run'], environment };
  };

  readonly mqttOnly: Make = async (brokerPort) => {
    const { id, certificatePem, folder } = this.next();
    const { intervalS, goesOn } = this.life;
    const health = { cpuPercent: 12, memoryPercent: 41.5, diskPercent: 63, temperatureC: 48.5, screen: 'on' };
    const at = new Date().toISOString();
    const heartbeat = { type: 'heartbeat', epoch: 1, seq: 0, at, uptimeS: 86_400, intervalS, health };
    const input: MqttOnlyInput = {
      brokerUrl: `mqtts://localhost:${brokerPort}`,
      caPem: this.fleet.caPem,
      keyPem: this.fleet.keyPem,
      certificatePem,
      deviceId: id,
      topic: deviceTopic(id, 'heartbeat'),
      heartbeat: JSON.stringify(heartbeat),
      everyMs: goesOn ? intervalS * 1000 : null,
    };
    const file = join(folder, 'input.json');
    writeFileSync(file, JSON.stringify(input), { mode: 0o600 });
    return { deviceId: id, args: [this.mqttOnlyFile, file], environment: {} };
  };
}

/** Runs a display for as long as `meanwhile` takes. Fails where it ends by itself. */
export async function live<Result>(
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

/** When any file of a folder changed last. */
function changedAt(folder: string): number {
  const files = readdirSync(join(ROOT, folder), { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  return Math.max(...files.map(({ parentPath, name }) => statSync(join(parentPath, name)).mtimeMs));
}

/** Builds the agent where it is missing or older than its sources; its size in bytes. */
export async function freshAgent(): Promise<number> {
  const changed = Math.max(...['agent', 'firmware-shim', 'protocol', 'scripts'].map(changedAt));
  if ((statSync(AGENT_FILE, { throwIfNoEntry: false })?.mtimeMs ?? 0) < changed) await buildAgent();
  return statSync(AGENT_FILE).size;
}
