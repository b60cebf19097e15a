import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const BUNDLE = join(ROOT, 'dist', 'rollcall-agent.cjs');

/** The agent as installed on displays; its source if it has not been built yet. */
const program = (): string => (existsSync(BUNDLE) ? BUNDLE : join(ROOT, 'agent', 'cli.ts'));

export interface AgentAnswer {
  exitCode: number;
  /** The JSON document that the command printed; null if there was none. */
  document: Record<string, unknown> | null;
  problem: string;
}

/** One display: the real agent as a separate process with its own state folder. */
export class AgentProcess {
  readonly name: string;
  private readonly environment: NodeJS.ProcessEnv;
  private readonly folder: string;
  private running: ChildProcess | null = null;

  constructor(options: { name: string; board: string; folder: string; serviceUrl: string }) {
    this.name = options.name;
    this.folder = options.folder;
    this.environment = {
      ...process.env,
      ROLLCALL_URL: options.serviceUrl,
      ROLLCALL_STATE: options.folder,
      ROLLCALL_BOARD: options.board,
    };
  }

  /** Runs one command until it ends. */
  async ask(...words: string[]): Promise<AgentAnswer> {
    await mkdir(this.folder, { recursive: true, mode: 0o700 });
    const child = spawn(process.execPath, [program(), ...words, '--json'], {
      env: this.environment,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const texts = { out: '', err: '' };
    child.stdout.setEncoding('utf8').on('data', (text: string) => (texts.out += text));
    child.stderr.setEncoding('utf8').on('data', (text: string) => (texts.err += text));
    const [exitCode] = (await once(child, 'close')) as [number | null];
    return { exitCode: exitCode ?? 1, document: parsed(texts.out), problem: texts.err };
  }

  /** Starts `run`, which keeps the display online until `stop`. */
  run(): void {
    this.running = spawn(process.execPath, [program(), 'run'], { env: this.environment, stdio: 'ignore' });
  }

  async stop(): Promise<void> {
    const child = this.running;
    if (child === null || child.exitCode !== null || child.signalCode !== null) return;
    const ended = once(child, 'exit');
    child.kill('SIGTERM');
    const timer = setTimeout(() => child.kill('SIGKILL'), 5000);
    await ended;
    clearTimeout(timer);
  }
}

function parsed(text: string): Record<string, unknown> | null {
  try {
    return JSON.parse(text) as Record<string, unknown>;
  } catch {
    return null;
  }
}
