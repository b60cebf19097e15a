import { onTestFinished } from 'vitest';
import type { Figures } from '../../cloud-broker/simulate/figures.ts';
import { childEnvironment, CLI, TestProcess } from './process.ts';
import type { TestService } from './service.ts';

export interface Simulated {
  code: number;
  /** Null where none were printed. */
  figures: Figures | null;
  stderr: string;
}

/** `rollcall simulate --json` as a process of its own, against this service; ends with the test at the latest. */
export class SimulationProcess {
  readonly ended: Promise<Simulated>;
  private readonly process: TestProcess;

  constructor(service: Pick<TestService, 'http' | 'folder'>, ...args: string[]) {
    const program = [CLI, 'simulate', ...args, '--json'];
    const env = childEnvironment({ ROLLCALL_URL: service.http });
    this.process = new TestProcess(process.execPath, program, { env, cwd: service.folder });
    onTestFinished(() => this.process.killGroup());
    this.ended = this.process.ended.then(({ code, stdout, stderr }) => ({
      code,
      figures: stdout === '' ? null : (JSON.parse(stdout) as Figures),
      stderr,
    }));
  }

  /** As Ctrl-C does it: the boards say goodbye. */
  async stop(): Promise<Simulated> {
    this.process.child.kill('SIGTERM');
    return this.ended;
  }
}
