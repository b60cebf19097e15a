/** A side of a comparison as a process of its own, so that neither its load nor its memory is counted with another's. */
import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';

/** Linux counts a process's CPU time in hundredths of a second. */
const TICK_S = 0.01;

export interface Usage {
  /** User and system time since the process began. */
  cpuSeconds: number;
  rssBytes: number;
}

/** What /proc says of any process of this machine. */
export function usageOf(pid: number): Usage {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  // The program's name may hold blanks; what follows its closing parenthesis does not.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const rssKb = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
  return { cpuSeconds: (Number(fields[11]) + Number(fields[12])) * TICK_S, rssBytes: Number(rssKb) * 1024 };
}

interface Reply {
  id: number;
  output?: unknown;
  error?: string;
}

/** A program of test/bench/load/ that serves calls (see `serveCalls`). */
export class Child {
  private readonly process: ChildProcess;
  private readonly waiting = new Map<number, { resolve: (output: unknown) => void; reject: (error: Error) => void }>();
  private calls = 0;

  constructor(script: string, options: { execArgv?: string[]; env?: Record<string, string> } = {}) {
    this.process = fork(script, {
      execArgv: options.execArgv ?? [],
      env: { ...process.env, ...options.env },
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
      serialization: 'advanced',
    });
    this.process.on('message', (reply: Reply) => {
      const call = this.waiting.get(reply.id);
      this.waiting.delete(reply.id);
      if (reply.error === undefined) call?.resolve(reply.output);
      else call?.reject(new Error(reply.error));
    });
    this.process.on('exit', (code, signal) => {
      for (const { reject } of this.waiting.values()) reject(new Error(`${script} ended: ${signal ?? code}`));
      this.waiting.clear();
    });
  }

  get pid(): number {
    if (this.process.pid === undefined) throw new Error('the process did not start');
    return this.process.pid;
  }

  /** The output type is the caller's promise: both ends are in this folder. */
  async call<Output>(name: string, input?: unknown): Promise<Output> {
    this.calls += 1;
    const id = this.calls;
    return new Promise<Output>((resolve, reject) => {
      this.waiting.set(id, { resolve: (output) => resolve(output as Output), reject });
      this.process.send({ id, name, input });
    });
  }

  async stop(): Promise<void> {
    if (this.process.exitCode !== null || this.process.signalCode !== null) return;
    const ended = once(this.process, 'exit');
    this.process.kill('SIGKILL');
    await ended;
  }
}

/** The other end: answers each call by the function of its name. Ends with the parent. */
export function serveCalls(handlers: Record<string, (input: never) => unknown>): void {
  process.on('disconnect', () => process.exit(0));
  process.on('message', (call: { id: number; name: string; input: unknown }) => {
    const handler = handlers[call.name] as ((input: unknown) => unknown) | undefined;
    const answered = async (): Promise<unknown> => {
      if (handler === undefined) throw new Error(`no call ${call.name}`);
      return handler(call.input);
    };
    answered().then(
      (output) => process.send?.({ id: call.id, output }),
      (error: unknown) => process.send?.({ id: call.id, error: error instanceof Error ? error.stack : String(error) }),
    );
  });
}
