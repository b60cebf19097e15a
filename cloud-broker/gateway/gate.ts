import type { TLSSocket } from 'node:tls';
import { FrameMeter } from './frames.ts';
import type { Refusal } from './limits.ts';

export interface GateKeeper {
  /** A whole packet was read; a refusal keeps all that was read from the broker. */
  packet(header: number): Refusal | null;
  refused(reason: Refusal): void;
}

/**
 * Stands between a socket and the broker's parser, by taking the place of `socket.read`, which is all that aedes calls.
 * Nothing is copied. Until the CONNECT is answered only the CONNECT itself passes: aedes would handle what a hasty client sends
 * behind it in another order than it came.
 */
export class ReadGate {
  private readonly read: (size?: number) => Buffer | null;
  private readonly meter: FrameMeter;
  private readonly keeper: GateKeeper;
  private state: 'connect' | 'held' | 'open' | 'shut' = 'connect';
  private kept: Buffer | null = null;

  constructor(socket: TLSSocket, mostPacketBytes: number, keeper: GateKeeper) {
    this.read = socket.read.bind(socket);
    this.meter = new FrameMeter(mostPacketBytes);
    this.keeper = keeper;
    socket.read = (size?: number): Buffer | null => this.take(size);
  }

  /** The session has begun: what waits behind the CONNECT may pass. */
  open(): void {
    if (this.state === 'held') this.state = 'open';
  }

  /** Nothing passes any more; what still comes is read and thrown away. */
  shut(): void {
    this.state = 'shut';
    this.kept = null;
  }

  private take(size?: number): Buffer | null {
    if (size === 0) return this.read(0);
    if (this.state === 'shut') {
      while (this.read() !== null);
      return null;
    }
    if (this.state === 'held') return null;
    const chunk = this.kept ?? this.read();
    this.kept = null;
    return chunk === null ? null : this.inspect(chunk);
  }

  private inspect(chunk: Buffer): Buffer | null {
    let at = 0;
    while (at < chunk.length) {
      at = this.meter.advance(chunk, at);
      const refusal = this.meter.refusal ?? (this.meter.complete ? this.keeper.packet(this.meter.header) : null);
      if (refusal !== null) {
        this.shut();
        this.keeper.refused(refusal);
        return null;
      }
      if (this.meter.complete && this.state === 'connect') {
        this.state = 'held';
        if (at < chunk.length) this.kept = chunk.subarray(at);
        return chunk.subarray(0, at);
      }
    }
    return chunk;
  }
}
