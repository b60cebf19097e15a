/** A TCP line between agent and service that goes wrong when it is told to: cut, refused, frozen half open, truncated, slow. */
import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { onTestFinished } from 'vitest';

/** From the display to the service, or back. */
export type Direction = 'up' | 'down';

interface Line {
  display: Socket;
  service: Socket;
  carried: Record<Direction, number>;
}

export class FaultProxy {
  /** Connections that were taken. */
  taken = 0;
  /** Bytes of all connections together. */
  readonly carried: Record<Direction, number> = { up: 0, down: 0 };
  /** Milliseconds that each piece of data takes. */
  delayMs = 0;
  private readonly server: Server;
  private readonly target: number;
  private readonly lines = new Set<Line>();
  private frozen = false;
  private refuses = false;
  private limit: { direction: Direction; bytes: number } | null = null;

  private constructor(target: number) {
    this.target = target;
    this.server = createServer({ noDelay: true }, (display) => this.take(display));
  }

  /** On a free port of 127.0.0.1, towards `target` there; it ends with the test at the latest. */
  static async open(target: number): Promise<FaultProxy> {
    const proxy = new FaultProxy(target);
    proxy.server.listen(0, '127.0.0.1');
    await once(proxy.server, 'listening');
    onTestFinished(() => {
      proxy.cut('reset');
      proxy.server.close();
    });
    return proxy;
  }

  get port(): number {
    return (this.server.address() as AddressInfo).port;
  }

  /** Ends every connection on both sides, at once or politely. */
  cut(how: 'reset' | 'end'): void {
    for (const { display, service } of this.lines)
      for (const socket of [display, service]) {
        if (how === 'reset') socket.resetAndDestroy();
        else socket.end();
      }
  }

  /** Half open: connections stand and new ones are taken, and nothing comes through any more. */
  freeze(): void {
    this.frozen = true;
  }

  /** New connections are reset as soon as they are made. */
  refuse(): void {
    this.refuses = true;
  }

  /** After so many bytes in one direction the next connection to carry them is reset, in the middle of whatever that was. Once. */
  truncate(direction: Direction, bytes: number): void {
    this.limit = { direction, bytes };
  }

  /** From now on all is well. What was half open stays so to its end. */
  heal(): void {
    this.frozen = false;
    this.refuses = false;
    this.limit = null;
    this.delayMs = 0;
  }

  private take(display: Socket): void {
    this.taken += 1;
    if (this.refuses) {
      display.on('error', () => undefined).resetAndDestroy();
      return;
    }
    const line: Line = {
      display,
      service: connect({ port: this.target, host: '127.0.0.1', noDelay: true }),
      carried: { up: 0, down: 0 },
    };
    this.lines.add(line);
    let dead = this.frozen;
    const isDead = (): boolean => (dead ||= this.frozen);
    this.carry(line, 'up', isDead);
    this.carry(line, 'down', isDead);
  }

  private carry(line: Line, direction: Direction, isDead: () => boolean): void {
    const [from, to] = direction === 'up' ? [line.display, line.service] : [line.service, line.display];
    from.on('data', (data: Buffer) => {
      if (isDead()) return;
      line.carried[direction] += data.length;
      this.carried[direction] += data.length;
      const over = this.limit?.direction === direction ? line.carried[direction] - this.limit.bytes : 0;
      const piece = over > 0 ? data.subarray(0, data.length - over) : data;
      if (this.delayMs === 0) to.write(piece);
      else setTimeout(() => to.writable && to.write(piece), this.delayMs);
      if (over <= 0) return;
      this.limit = null;
      // What fits is still delivered.
      to.end(() => {
        from.resetAndDestroy();
        to.resetAndDestroy();
      });
    });
    from.on('end', () => {
      if (!isDead()) to.end();
    });
    from.on('error', () => undefined);
    from.on('close', () => {
      this.lines.delete(line);
      if (!isDead()) to.destroy();
    });
  }
}
