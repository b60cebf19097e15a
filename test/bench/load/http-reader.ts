/** Reads pages over one connection that stays, as a process of its own. Calls: `signIn` and `read`. */
import { Agent, request, type IncomingHttpHeaders } from 'node:http';
import { serveCalls } from '../child.ts';

export interface SignInInput {
  origin: string;
  user: string;
  password: string;
}

export interface ReadInput {
  user: string;
  /** Read in turn, each `times`. */
  paths: string[];
  times: number;
  /** Milliseconds from the end of one to the start of the next. */
  restMs: number;
}

export interface Read {
  /** Milliseconds of every request, by path. */
  ms: number[][];
  /** Last answer, by path. */
  last: { total: number; items: { id: string }[] }[];
  seconds: number;
  cpuSeconds: number;
}

/** The service limits requests by address; behind a proxy that it trusts, everybody has their own. */
const PER_ADDRESS = 300;

const agent = new Agent({ keepAlive: true, maxSockets: 1 });
const sessions = new Map<string, { origin: string; cookie: string }>();
let requests = 0;

async function send(
  origin: string,
  path: string,
  headers: Record<string, string>,
  body?: string,
): Promise<{ status: number; headers: IncomingHttpHeaders; text: string }> {
  requests += 1;
  const address = Math.floor(requests / PER_ADDRESS);
  const from = `10.${(address >> 16) & 255}.${(address >> 8) & 255}.${address & 255}`;
  return new Promise((resolve, reject) => {
    const asked = request(
      `${origin}/api/v1${path}`,
      { agent, method: body === undefined ? 'GET' : 'POST', headers: { 'x-forwarded-for': from, ...headers } },
      (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('end', () =>
          resolve({ status: response.statusCode ?? 0, headers: response.headers, text: Buffer.concat(chunks).toString() }),
        );
      },
    );
    asked.on('error', reject);
    asked.end(body);
  });
}

async function signIn({ origin, user, password }: SignInInput): Promise<void> {
  const headers = { origin, 'content-type': 'application/json' };
  const answer = await send(origin, '/session', headers, JSON.stringify({ user, password }));
  if (answer.status !== 200) throw new Error(`signing in: ${answer.status} ${answer.text}`);
  const cookie = (answer.headers['set-cookie'] ?? []).map((line) => line.split(';', 1)[0]).join('; ');
  sessions.set(user, { origin, cookie });
}

async function read({ user, paths, times, restMs }: ReadInput): Promise<Read> {
  const session = sessions.get(user);
  if (session === undefined) throw new Error(`${user} is not signed in`);
  const ms = paths.map((): number[] => []);
  const last: Read['last'] = [];
  const started = performance.now();
  const cpu = process.cpuUsage();
  for (let time = 0; time < times; time += 1) {
    for (const [index, path] of paths.entries()) {
      const asked = performance.now();
      const { status, text } = await send(session.origin, path, { cookie: session.cookie });
      ms[index]?.push(performance.now() - asked);
      if (status !== 200) throw new Error(`${path}: ${status} ${text}`);
      if (time === times - 1) last.push(JSON.parse(text) as Read['last'][number]);
      if (restMs > 0) {
        await new Promise((resolve) => {
          setTimeout(resolve, restMs);
        });
      }
    }
  }
  const { user: spentUser, system } = process.cpuUsage(cpu);
  return { ms, last, seconds: (performance.now() - started) / 1000, cpuSeconds: (spentUser + system) / 1e6 };
}

serveCalls({ signIn, read });
