/** The real service as a process of its own, for benchmarks: free ports, its own data folder, everything else as in the field. */
import type { Operator } from '../../../cloud-broker/operator/operator.ts';
import { remoteOperator } from '../../../cloud-broker/operator/remote.ts';
import { childEnvironment, CLI, TestProcess } from '../../support/process.ts';

export class ServiceProcess {
  readonly http: string;
  readonly mqttPort: number;
  private readonly process: TestProcess;
  private readonly folder: string;

  private constructor(process: TestProcess, folder: string, listening: { http: string; mqtt: string }) {
    this.process = process;
    this.folder = folder;
    this.http = listening.http;
    this.mqttPort = Number(new URL(listening.mqtt).port);
  }

  /**
   * `environment`: settings beside those that a benchmark needs, such as ROLLCALL_MQTT_PORT. `execArgv`: for Node, such as --cpu-prof. `cli`:
   * another than that of this build.
   */
  static async start(
    folder: string,
    options: { environment?: Record<string, string>; execArgv?: string[]; cli?: string } = {},
  ): Promise<ServiceProcess> {
    const env = childEnvironment({
      ROLLCALL_DATA: folder,
      ROLLCALL_HTTP_PORT: '0',
      ROLLCALL_MQTT_HOST: '127.0.0.1',
      ROLLCALL_MQTT_PORT: '0',
      ROLLCALL_LOG_LEVEL: 'warn',
      ...options.environment,
    });
    const service = new TestProcess(process.execPath, [...(options.execArgv ?? []), options.cli ?? CLI, 'serve', '--json'], {
      env,
      cwd: folder,
    });
    const kill = (): void => service.killGroup();
    process.once('exit', kill);
    const line = new Promise<{ http: string; mqtt: string }>((resolve) => {
      service.child.stdout?.on('data', () => {
        const [first, rest] = service.stdout.split('\n');
        if (first !== undefined && rest !== undefined) resolve(JSON.parse(first) as { http: string; mqtt: string });
      });
    });
    const ended = service.ended.then(({ code, stderr }): never => {
      process.off('exit', kill);
      throw new Error(`the service ended with ${code}: ${stderr}`);
    });
    const listening = await Promise.race([line, ended]);
    ended.catch(() => undefined);
    return new ServiceProcess(service, folder, listening);
  }

  get pid(): number {
    const { pid } = this.process.child;
    if (pid === undefined) throw new Error('the service does not run');
    return pid;
  }

  /** Its log so far: a benchmark that expects no warning looks here. */
  get log(): string {
    return this.process.stderr;
  }

  operator(): Operator {
    return remoteOperator(this.folder);
  }

  /** One figure of /metrics; NaN where there is none of that name (labels are part of it). */
  async metric(name: string): Promise<number> {
    const answer = await fetch(`${this.http}/metrics`);
    if (!answer.ok) throw new Error(`/metrics answered ${answer.status}`);
    const line = (await answer.text()).split('\n').find((text) => text.startsWith(`${name} `));
    return line === undefined ? Number.NaN : Number(line.slice(name.length + 1));
  }

  /** A clean stop. */
  async stop(): Promise<void> {
    this.process.child.kill('SIGTERM');
    await this.process.ended;
  }

  /** As a power cut does it. */
  async kill(): Promise<void> {
    this.process.killGroup();
    await this.process.ended;
  }
}
