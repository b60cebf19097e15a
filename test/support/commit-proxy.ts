/** A line between a store and PostgreSQL that is cut in the middle of a COMMIT, when it is told to. */
import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import { onTestFinished } from 'vitest';

/** As a simple query ends. */
const COMMIT = Buffer.from('COMMIT\0');

export class CommitProxy {
  /** Whether the next COMMIT still reaches PostgreSQL, or is lost; null: nothing happens to it. */
  cutAt: 'before it' | 'after it' | null = null;
  /** Whether connections are cut as soon as they are made. */
  refuses = false;
  /** How often the line was cut. */
  cuts = 0;
  readonly url: string;
  private readonly sockets = new Set<Socket>();

  private constructor(url: string) {
    this.url = url;
  }

  /** Towards the database of this address, which has its socket in a folder; ends with the test. */
  static async open(url: string): Promise<CommitProxy> {
    const target = new URL(url);
    const server = createServer((socket) => proxy.take(socket, `${target.searchParams.get('host')}/.s.PGSQL.5432`));
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const proxy = new CommitProxy(`postgresql://rollcall@127.0.0.1:${(server.address() as AddressInfo).port}${target.pathname}`);
    onTestFinished(() => {
      proxy.cut();
      server.close();
    });
    return proxy;
  }

  /** Cuts every connection. */
  cut(): void {
    for (const socket of this.sockets) socket.destroy();
  }

  private take(client: Socket, path: string): void {
    if (this.refuses) {
      client.destroy();
      return;
    }
    const server = connect(path);
    for (const [one, other] of [
      [client, server],
      [server, client],
    ] as const) {
      this.sockets.add(one);
      one.on('error', () => undefined).on('close', () => other.destroy());
    }
    client.on('data', (data) => {
      const cutAt = data.includes(COMMIT) ? this.cutAt : null;
      if (cutAt === null) {
        server.write(data);
        return;
      }
      this.cutAt = null;
      this.cuts += 1;
      if (cutAt === 'before it') client.destroy();
      // The answer is what is lost.
      else server.write(data, () => server.removeAllListeners('data').once('data', () => client.destroy()));
    });
    server.on('data', (data) => client.write(data));
  }
}
