import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { agentState, type AgentState } from '../state.ts';
import { Journal } from './journal.ts';

export type LogLine = { event?: string } & Record<string, unknown>;

/** As displays have it; built before the tests that start programs. */
const AGENT = join(import.meta.dirname, '..', '..', 'dist', 'rollcall-agent.cjs');

/** The real agent as a process of its own. */
export class AgentProcess {
  readonly log = new Journal<LogLine>();
  readonly #child: ChildProcess;
  readonly #exited: Promise<unknown>;
  stdout = '';
  stderr = '';

  /** `under`: a command that runs the agent with limits or mounts of its own. */
  constructor(args: readonly string[], environment: Record<string, string>, under: readonly string[] = []) {
    const { PATH = '', NODE_COMPILE_CACHE = '' } = process.env;
    const env = { PATH, NODE_COMPILE_CACHE, LANG: 'C', ROLLCALL_BOARD: 'simulated:board', ...environment };
    const [command = '', ...words] = [...under, process.execPath, AGENT, ...args];
    this.#child = spawn(command, words, { env, stdio: ['ignore', 'pipe', 'pipe'] });
    this.#exited = once(this.#child, 'close');
    this.#child.stdout?.setEncoding('utf8').on('data', (text: string) => {
      this.stdout += text;
    });
    let rest = '';
    this.#child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      this.stderr += text;
      const lines = (rest + text).split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines) this.log.add(line.startsWith('{') ? (JSON.parse(line) as LogLine) : { text: line });
    });
  }

  /** Waits for a progress event. */
  event(name: string, from = 0): Promise<LogLine> {
    return this.log.until((line) => line.event === name, from);
  }

  kill(signal: 'SIGTERM' | 'SIGKILL' | 'SIGSTOP' | 'SIGCONT'): void {
    this.#child.kill(signal);
  }

  /** The exit code; -1 after a signal. */
  async exit(): Promise<number> {
    await this.#exited;
    return this.#child.exitCode ?? -1;
  }

  json(): Record<string, unknown> {
    return JSON.parse(this.stdout) as Record<string, unknown>;
  }
}

/** One state folder with the agents that run on it: the test takes all of them along when it ends. */
export class Place {
  readonly folder: string;
  readonly #environment: Record<string, string>;
  readonly #started: AgentProcess[] = [];

  constructor(environment: Record<string, string>) {
    this.folder = join(mkdtempSync(join(tmpdir(), 'rollcall-agent-')), 'state');
    this.#environment = { ...environment, ROLLCALL_STATE: this.folder };
    onTestFinished(() => this.#close());
  }

  start(args: readonly string[], environment: Record<string, string> = {}, under: readonly string[] = []): AgentProcess {
    const agent = new AgentProcess(args, { ...this.#environment, ...environment }, under);
    this.#started.push(agent);
    return agent;
  }

  /** Runs a command to its end, with --json. */
  async run(
    args: readonly string[],
    environment: Record<string, string> = {},
    under: readonly string[] = [],
  ): Promise<{ code: number; json: Record<string, unknown>; stderr: string; log: LogLine[] }> {
    const agent = this.start([...args, '--json'], environment, under);
    const code = await agent.exit();
    return { code, json: agent.stdout === '' ? {} : agent.json(), stderr: agent.stderr, log: agent.log.all };
  }

  state(): AgentState {
    return agentState.parse(JSON.parse(readFileSync(join(this.folder, 'state.json'), 'utf8')));
  }

  mode(name = ''): number {
    return statSync(join(this.folder, name)).mode & 0o777;
  }

  async #close(): Promise<void> {
    for (const agent of this.#started) agent.kill('SIGKILL');
    await Promise.all(this.#started.map((agent) => agent.exit()));
    rmSync(join(this.folder, '..'), { recursive: true, force: true });
  }
}
