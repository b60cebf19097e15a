import type { TLSSocket } from 'node:tls';
import { FrameMeter, isDisconnect } from './frames.ts';
import type { Refusal } from './limits.ts';
import { packetFault } from './packets.ts';
import { isPublish, Pieces, readPublish, type Publish } from './publish.ts';

export interface GateKeeper {
  /** A whole, well-formed packet was read; a refusal keeps everything that was read from reaching the broker. */
  packet(header: number): Refusal | null;
  /** Asked after each packet: if false, nothing more is read until `goOn`. */
  mayGoOn(): boolean;
  /** The packet was a PUBLISH: it is passed here, never to the broker. */
  publish(message: Publish): void;
  refused(reason: Refusal): void;
}

/**
 * Sits between a socket and the broker's parser by replacing `socket.read`, the only method that aedes calls. Messages are taken out here: a broker
 * has nobody to forward them to, and its path from parser to acknowledgement costs several times as much as handling them. Until the CONNECT is
 * answered, only the CONNECT itself passes; anything a hasty client sends after it would be handled out of order. Nothing passes after a DISCONNECT
 * [MQTT-3.14.4-2].
 *
 * While it holds, nothing is read from the socket: what the client still sends fills the socket's buffer, then the kernel's, then the client's own,
 * and no more than that (P5).
 */
export class ReadGate {
  private readonly read: (size?: number) => Buffer | null;
  private readonly socket: TLSSocket;
  private readonly meter: FrameMeter;
  private readonly keeper: GateKeeper;
  private state: 'connect' | 'held' | 'open' | 'paused' | 'shut' = 'connect';
  private kept: Buffer | null = null;
  /** The beginning of a packet that is not complete yet. */
  private readonly begun = new Pieces();

  constructor(socket: TLSSocket, mostPacketBytes: number, keeper: GateKeeper) {
    this.socket = socket;
    this.read = socket.read.bind(socket);
    this.meter = new FrameMeter(mostPacketBytes);
    this.keeper = keeper;
    socket.read = (size?: number): Buffer | null => this.take(size);
  }

  /** The session has started: what was held after the CONNECT may pass. */
  open(): void {
    if (this.state === 'held') this.state = 'open';
  }

  /** Reading is paused: the client sent too much (`mayGoOn`). */
  get isPaused(): boolean {
    return this.state === 'paused';
  }

  /** Reading may resume. Done in a turn of its own, so that others get theirs in between. */
  goOn(): void {
    if (this.state !== 'paused') return;
    this.state = 'open';
    this.wake();
  }

  /** Nothing passes any more; what still arrives is read and discarded. */
  shut(): void {
    if (this.state === 'paused') this.wake();
    this.state = 'shut';
    this.kept = null;
    this.begun.clear();
  }

  /** The broker reads when the socket signals that data is available. */
  private wake(): void {
    setImmediate(() => this.socket.emit('readable'));
  }

  private take(size?: number): Buffer | null {
    if (size === 0) return this.read(0);
    while (this.state === 'connect' || this.state === 'open') {
      const chunk = this.kept ?? this.read();
      this.kept = null;
      const forBroker = chunk === null ? null : this.inspect(chunk);
      if (chunk === null || forBroker !== null) return forBroker;
    }
    if (this.state === 'shut') while (this.read() !== null);
    return null;
  }

  private inspect(chunk: Buffer): Buffer | null {
    const forBroker: Buffer[] = [];
    for (let from = 0; from < chunk.length;) {
      const at = this.meter.advance(chunk, from);
      const { header, complete, refusal } = this.meter;
      if (refusal !== null) return this.refuse(refusal);
      const bytes = chunk.subarray(from, at);
      from = at;
      if (!complete) this.begun.add(bytes);
      else if (!this.pass(header, this.begun.join(bytes), forBroker)) return null;
      if (complete && !this.goesOn(header)) {
        if (this.state !== 'shut' && at < chunk.length) this.kept = chunk.subarray(at);
        break;
      }
    }
    const [first] = forBroker;
    return first === undefined || forBroker.length === 1 ? (first ?? null) : Buffer.concat(forBroker);
  }

  /** Handles one whole packet. False if nothing that was read may reach the broker. */
  private pass(header: number, packet: Buffer, forBroker: Buffer[]): boolean {
    const message = isPublish(header) ? readPublish(packet) : null;
    const fault = isPublish(header) ? (message === null ? 'packet-malformed' : null) : packetFault(packet);
    const refusal = fault ?? this.keeper.packet(header);
    if (refusal !== null) this.refuse(refusal);
    else if (message === null) forBroker.push(packet);
    else this.keeper.publish(message);
    return this.state !== 'shut';
  }

  /** Whether the data after this packet is processed now. */
  private goesOn(header: number): boolean {
    if (this.state === 'connect') this.state = 'held';
    else if (isDisconnect(header)) this.shut();
    else if (!this.keeper.mayGoOn()) this.state = 'paused';
    return this.state === 'open';
  }

  private refuse(reason: Refusal): null {
    this.shut();
    this.keeper.refused(reason);
    return null;
  }
}
