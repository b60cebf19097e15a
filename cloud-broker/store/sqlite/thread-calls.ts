import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { RollcallError } from '../../../protocol/errors.ts';
import { MAX_WAITING } from '../group-commit.ts';

interface Waiting {
  resolve(answer: never): void;
  reject(error: Error): void;
}

/** Starts a thread and awaits `ready`. */
export async function startThread(program: URL, name: string, workerData: object): Promise<Worker> {
  const worker = new Worker(program, { workerData, name });
  const [first] = (await once(worker, 'message')) as [unknown];
  if (first !== 'ready') throw new Error(`the ${name} did not start`);
  return worker;
}

/** Requests to one thread: numbered, answered by number in any order, and all failed if the thread ends. */
export class ThreadCalls<Request extends object> {
  private readonly worker: Pick<Worker, 'postMessage'>;
  private readonly waiting = new Map<number, Waiting>();
  private unsent: (Request & { id: number })[] = [];
  private lastId = 0;

  constructor(worker: Pick<Worker, 'postMessage'>) {
    this.worker = worker;
  }

  /** Number of unanswered requests. */
  get size(): number {
    return this.waiting.size;
  }

  /** Settles when the thread has answered. Refuses with `busy`. */
  async ask<Answer>(request: Request): Promise<Answer> {
    if (this.waiting.size >= MAX_WAITING) throw new RollcallError('busy');
    this.lastId += 1;
    const id = this.lastId;
    return new Promise<Answer>((resolve, reject) => {
      this.waiting.set(id, { resolve, reject });
      // Requests of one turn are sent in one message: a message costs more than its content.
      if (this.unsent.push({ ...request, id }) === 1) process.nextTick(() => this.send());
    });
  }

  /** Sends now what would be sent at the end of this turn. */
  send(): void {
    const requests = this.unsent;
    this.unsent = [];
    if (requests.length > 0) this.worker.postMessage(requests);
  }

  resolve(id: number, answer: unknown): void {
    this.take(id)?.resolve(answer as never);
  }

  reject(id: number, error: Error): void {
    this.take(id)?.reject(error);
  }

  /** Fails all waiting calls. */
  fail(error: Error): void {
    for (const { reject } of this.waiting.values()) reject(error);
    this.waiting.clear();
  }

  private take(id: number): Waiting | undefined {
    const waiting = this.waiting.get(id);
    this.waiting.delete(id);
    return waiting;
  }
}
