import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';

export const ROOT = join(import.meta.dirname, '..', '..');
/** The service's command line, as tests start it: built, as an installation has it, which starts in a third of the time (build-programs.ts). */
export const CLI = join(ROOT, 'dist', 'service', 'cloud-broker-cli-main.js');

/** What a child's environment is, whatever the machine's own has set for Rollcall. */
export function childEnvironment(own: Record<string, string>): NodeJS.ProcessEnv {
  const inherited = Object.entries(process.env).filter(([name]) => !name.startsWith('ROLLCALL_') && name !== 'LC_ALL');
  return { ...Object.fromEntries(inherited), LANG: 'C', ...own };
}

export interface Ended {
  /** -1 after a signal. */
  code: number;
  stdout: string;
  stderr: string;
}

/** A program of the test: its output is kept, never shared with the test's own, and it leads a group that can be ended as one. */
export class TestProcess {
  readonly child: ChildProcess;
  readonly ended: Promise<Ended>;
  stdout = '';
  stderr = '';

  constructor(program: string, args: readonly string[], options: { env: NodeJS.ProcessEnv; cwd?: string }) {
    this.child = spawn(program, args, { ...options, stdio: ['ignore', 'pipe', 'pipe'], detached: true });
    this.child.stdout?.setEncoding('utf8').on('data', (text: string) => {
      this.stdout += text;
    });
    this.child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      this.stderr += text;
    });
    this.ended = once(this.child, 'close').then(([code]: (number | null)[]) => ({
      code: code ?? -1,
      stdout: this.stdout,
      stderr: this.stderr,
    }));
  }

  /** Ends it and whatever it started, at once. */
  killGroup(): void {
    try {
      if (this.child.pid !== undefined) process.kill(-this.child.pid, 'SIGKILL');
    } catch {
      // All of the group are gone already.
    }
  }
}

/** Looks until `enough`; fails when patience ends, which only a hang can outlast, telling what was seen last. */
export async function eventually<Value>(
  look: () => Value | Promise<Value>,
  enough: (value: Value) => boolean,
  what: string,
  withinMs = 300_000,
): Promise<Value> {
  const endsMs = performance.now() + withinMs;
  for (;;) {
    const value = await look();
    if (enough(value)) return value;
    if (performance.now() > endsMs) throw new Error(`${what}: never; last seen ${JSON.stringify(value)?.slice(0, 2000)}`);
    await new Promise((resolve) => {
      setTimeout(resolve, 25);
    });
  }
}
