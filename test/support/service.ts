import * as z from 'zod';
import { onTestFinished } from 'vitest';
import { Journal } from '../../agent/support/journal.ts';
import type { Operator } from '../../cloud-broker/operator/operator.ts';
import { remoteOperator } from '../../cloud-broker/operator/remote.ts';
import { simulatedBoard } from '../../firmware-shim/simulated.ts';
import { TestAdmin } from './api-client.ts';
import { childEnvironment, CLI, TestProcess, type Ended } from './process.ts';
import { temporaryFolder } from './store.ts';

/** A restart on the same ports may find one of them taken for a moment by somebody's outgoing connection. */
const MAX_STARTS = 20;

const listening = z.object({
  event: z.literal('listening'),
  http: z.string(),
  mqtt: z.string(),
  ca: z.string(),
  publicHttp: z.string(),
  publicMqtt: z.string(),
});
type Listening = z.output<typeof listening>;
export type LogLine = { msg?: string; code?: string; serial?: string } & Record<string, unknown>;

export interface CommandResult extends Ended {
  /** The one JSON document that the command printed; null where there was none. */
  json: Record<string, unknown> | null;
}

/** Runs one `rollcall` command on a data folder to its end, with `--json`. */
export async function rollcall(
  folder: string,
  args: readonly string[],
  environment: Record<string, string> = {},
  cli = CLI,
): Promise<CommandResult> {
  const env = childEnvironment({ ROLLCALL_DATA: folder, ...environment });
  const command = new TestProcess(process.execPath, [cli, ...args, '--json'], { env, cwd: folder });
  onTestFinished(() => command.killGroup());
  const ended = await command.ended;
  return { ...ended, json: parsed(ended.stdout) };
}

function parsed(text: string): Record<string, unknown> | null {
  try {
    return JSON.parse(text) as Record<string, unknown>;
  } catch {
    return null;
  }
}

export class DidNotStart extends Error {
  readonly ended: Ended;

  constructor(ended: Ended) {
    super(`the service ended with ${ended.code} before it was listening: ${ended.stderr}`);
    this.ended = ended;
  }
}

/** The real service as a process of its own, on free ports, with its own data folder. It ends with the test at the latest. */
export class TestService {
  readonly folder: string;
  /** Every line of its log since the first start. */
  readonly log = new Journal<LogLine>();
  stderr = '';
  http = '';
  mqtt = '';
  ca = '';
  publicHttp = '';
  publicMqtt = '';
  private readonly environment: Record<string, string>;
  private readonly cli: string;
  private process: TestProcess | null = null;

  private constructor(folder: string, environment: Record<string, string>, cli: string) {
    this.folder = folder;
    this.cli = cli;
    this.environment = environment;
  }

  /** `cli`: another than that of this build. Throws a DidNotStart with exit code and standard error where the service refuses to start. */
  static async start(
    options: { folder?: string; environment?: Record<string, string>; cli?: string } = {},
  ): Promise<TestService> {
    const environment = {
      ROLLCALL_HTTP_PORT: '0',
      ROLLCALL_MQTT_HOST: '127.0.0.1',
      ROLLCALL_MQTT_PORT: '0',
      ROLLCALL_LOG_LEVEL: 'info',
      ...options.environment,
    };
    const service = new TestService(options.folder ?? (await temporaryFolder()), environment, options.cli ?? CLI);
    onTestFinished(async () => service.kill9());
    await service.serve();
    return service;
  }

  get pid(): number {
    const pid = this.process?.child.pid;
    if (pid === undefined) throw new Error('the service does not run');
    return pid;
  }

  /** As a power cut does it: no handler of the service runs. Resolves when the process is gone. */
  async kill9(): Promise<void> {
    const { process } = this;
    this.process = null;
    process?.killGroup();
    await process?.ended;
  }

  /** A clean stop; resolves with the exit code. */
  async stop(): Promise<number> {
    const { process } = this;
    this.process = null;
    process?.child.kill('SIGTERM');
    return (await process?.ended)?.code ?? -1;
  }

  /** Starts again on the same ports and the same folder, after kill9() or stop(); `moved`: with its broker on another port. */
  async restart({ moved = false } = {}): Promise<void> {
    const ports = { ROLLCALL_HTTP_PORT: new URL(this.http).port, ROLLCALL_MQTT_PORT: moved ? '0' : new URL(this.mqtt).port };
    for (let start = 1; ; start += 1) {
      try {
        return await this.serve(ports);
      } catch (error) {
        const taken = error instanceof DidNotStart && error.ended.stderr.includes('port-in-use');
        if (!taken || start === MAX_STARTS) throw error;
      }
    }
  }

  async command(...args: string[]): Promise<CommandResult> {
    return rollcall(this.folder, args, {}, this.cli);
  }

  /** What the operator's commands do, without a process for each. */
  operator(): Operator {
    return remoteOperator(this.folder);
  }

  /** Makes a domain and signs its first user in. */
  async domain(name: string): Promise<TestAdmin> {
    await this.operator().createDomain({ name, email: `admin@${name}.example`, password: passwordOf(name) });
    return this.signIn(name);
  }

  /** The first user of a domain that was made by `domain`, on this folder or on one that it was restored from. */
  async signIn(name: string): Promise<TestAdmin> {
    return TestAdmin.signedIn(this.http, `admin@${name}`, passwordOf(name));
  }

  /** Puts simulated boards into the register; seeds as in ROLLCALL_BOARD, without `simulated:`. */
  async list(boards: readonly ListedBoard[]): Promise<void> {
    const report = await this.operator().importLines(
      boards.map((board, index) => ({ line: index + 1, values: registerLine(board) })),
    );
    if (report.added !== boards.length) throw new Error(`not all were added: ${JSON.stringify(report)}`);
  }

  private async serve(ports: Record<string, string> = {}): Promise<void> {
    const env = childEnvironment({ ...this.environment, ...ports, ROLLCALL_DATA: this.folder });
    const started = new TestProcess(process.execPath, [this.cli, 'serve', '--json'], { env, cwd: this.folder });
    this.process = started;
    this.keepLog(started);
    const line = new Promise<Listening>((resolve) => {
      started.child.stdout?.on('data', () => {
        if (started.stdout.includes('\n')) resolve(listening.parse(JSON.parse(started.stdout)));
      });
    });
    const ended = started.ended.then((end) => {
      throw new DidNotStart(end);
    });
    const { event: _event, ...places } = await Promise.race([line, ended]);
    // Racing is over: that it ends some day is no failure.
    ended.catch(() => undefined);
    Object.assign(this, places);
  }

  private keepLog(started: TestProcess): void {
    let rest = '';
    started.child.stderr?.on('data', (text: string) => {
      this.stderr += text;
      const lines = (rest + text).split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines) this.log.add(parsed(line) ?? { msg: line });
    });
  }
}

export interface ListedBoard {
  board: string;
  fulfilment?: 'on-enrolment' | 'product-key';
  credits?: number;
}

export const CREDITS = 1095;

export const passwordOf = (domain: string): string => `${domain}-password-1`;

function registerLine({ board, fulfilment = 'on-enrolment', credits = CREDITS }: ListedBoard): Record<string, unknown> {
  const { serial, model, factoryPublicKeyPem } = simulatedBoard(board);
  return {
    serial,
    model,
    factoryPublicKey: factoryPublicKeyPem,
    invoice: 'INV-1',
    purchasedOn: '2026-09-01',
    credits,
    fulfilment,
  };
}
