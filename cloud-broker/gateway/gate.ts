import type { TLSSocket } from 'node:tls';
import { FrameMeter } from './frames.ts';
import type { Refusal } from './limits.ts';
import { isPublish, Pieces, readPublish, type Publish } from './publish.ts';

export interface GateKeeper {
  /** A whole packet was read; a refusal keeps all that was read from the broker. */
  packet(header: number): Refusal | null;
  /** The packet was a PUBLISH: it goes here, and never to the broker. */
  publish(message: Publish): void;
  refused(reason: Refusal): void;
}

/**
 * Stands between a socket and the broker's parser, by taking the place of `socket.read`, which is all that aedes calls.
 * Messages are taken out here: a broker has nobody to forward them to, and its way from parser to acknowledgement costs several
 * times what handling them does. Until the CONNECT is answered only the CONNECT itself passes: what a hasty client sends behind
 * it would be handled in another order than it came.
 */
export class ReadGate {
  private readonly read: (size?: number) => Buffer | null;
  private readonly meter: FrameMeter;
  private readonly keeper: GateKeeper;
  private state: 'connect' | 'held' | 'open' | 'shut' = 'connect';
  private kept: Buffer | null = null;
  /** The beginning of a PUBLISH whose end is still to come. */
  private readonly begun = new Pieces();

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
    this.begun.clear();
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
    const forBroker: Buffer[] = [];
    for (let from = 0; from < chunk.length;) {
      const at = this.meter.advance(chunk, from);
      const { header, complete } = this.meter;
      const refusal = this.meter.refusal ?? (complete ? this.keeper.packet(header) : null);
      if (refusal !== null) return this.refuse(refusal);
      const bytes = chunk.subarray(from, at);
      from = at;
      if (!isPublish(header)) forBroker.push(bytes);
      else if (!complete) this.begun.add(bytes);
      else if (!this.publish(this.begun.join(bytes))) return null;
      if (complete && this.state === 'connect') {
        this.state = 'held';
        if (at < chunk.length) this.kept = chunk.subarray(at);
        break;
      }
    }
    const [first] = forBroker;
    return first === undefined || forBroker.length === 1 ? (first ?? null) : Buffer.concat(forBroker);
  }

  /** False where nothing more is taken. */
  private publish(packet: Buffer): boolean {
    const message = readPublish(packet);
    if (message === null) this.refuse('packet-malformed');
    else this.keeper.publish(message);
    return this.state !== 'shut';
  }

  private refuse(reason: Refusal): null {
    this.shut();
    this.keeper.refused(reason);
    return null;
  }
}
