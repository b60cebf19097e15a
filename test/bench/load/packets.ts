/** MQTT 3.1.1 packets as bytes, as far as a display's side needs them. */
import { connect, type ConnectionOptions, type TLSSocket } from 'node:tls';

const CONNECT = 0x10;
const CONNACK = 2;
const PUBLISH = 3;
const PUBACK = 4;
const SUBACK = 9;
const KEEP_ALIVE_S = 120;
const PATIENCE_MS = 30_000;

export function field(text: string | Buffer): Buffer {
  const bytes = Buffer.from(text);
  return Buffer.concat([Buffer.from([bytes.length >> 8, bytes.length & 0xff]), bytes]);
}

export function frame(header: number, body: Buffer): Buffer {
  const length: number[] = [];
  let left = body.length;
  do {
    length.push(left > 127 ? (left & 0x7f) | 0x80 : left);
    left >>= 7;
  } while (left > 0);
  return Buffer.concat([Buffer.from([header, ...length]), body]);
}

export function connectPacket(clientId: string, will?: { topic: string; payload: Buffer }): Buffer {
  // Clean session; a will of QoS 1.
  const flags = will === undefined ? 0x02 : 0x0e;
  const parts = will === undefined ? [field(clientId)] : [field(clientId), field(will.topic), field(will.payload)];
  return frame(CONNECT, Buffer.concat([field('MQTT'), Buffer.from([4, flags, 0, KEEP_ALIVE_S]), ...parts]));
}

interface Packet {
  type: number;
  body: Buffer;
}

/** One session over TLS that sends and is answered, step by step. It never reconnects. */
export class PacketSession {
  private readonly socket: TLSSocket;
  private kept: Buffer = Buffer.alloc(0);
  private readonly arrived: Packet[] = [];
  private wake: (() => void) | null = null;
  private lost: Error | null = null;
  private lastId = 0;

  /** Resolves when the connection is gone. */
  readonly ended: Promise<void>;

  private constructor(socket: TLSSocket) {
    this.socket = socket;
    this.ended = new Promise((resolve) => {
      socket.once('close', () => resolve());
    });
    socket.setNoDelay(true);
    socket.setTimeout(PATIENCE_MS, () => socket.destroy(new Error('no answer in time')));
    socket.on('data', (chunk) => this.read(chunk));
    socket.on('error', (error) => this.end(error));
    socket.on('close', () => this.end(new Error('the connection was closed')));
  }

  /** Rejects where TLS fails or the CONNECT is refused. */
  static async open(options: ConnectionOptions, connectBytes: Buffer): Promise<PacketSession> {
    const socket = connect(options, () => socket.write(connectBytes));
    const session = new PacketSession(socket);
    const { body } = await session.next(CONNACK);
    if (body[1] !== 0) throw new Error(`CONNACK ${body[1]}`);
    return session;
  }

  async subscribe(topic: string): Promise<void> {
    this.lastId += 1;
    this.socket.write(frame(0x82, Buffer.concat([Buffer.from([0, this.lastId]), field(topic), Buffer.from([1])])));
    await this.next(SUBACK);
  }

  /** With QoS 1; resolves on its PUBACK. */
  async publish(topic: string, payload: Uint8Array): Promise<void> {
    this.lastId += 1;
    this.socket.write(frame(0x32, Buffer.concat([field(topic), Buffer.from([0, this.lastId]), payload])));
    await this.next(PUBACK);
  }

  /** The payload of the next message, which is acknowledged. */
  async message(): Promise<Buffer> {
    const { body } = await this.next(PUBLISH);
    const idAt = 2 + body.readUInt16BE(0);
    this.socket.write(Buffer.from([0x40, 2, body[idAt] ?? 0, body[idAt + 1] ?? 0]));
    return body.subarray(idAt + 2);
  }

  /** No answer is awaited any more: it may be silent for as long as its keep alive. */
  settle(): void {
    this.socket.setTimeout(0);
  }

  /** Ends with DISCONNECT. */
  disconnect(): void {
    this.socket.end(Buffer.from([0xe0, 0]));
  }

  destroy(): void {
    this.socket.destroy();
  }

  private end(error: Error): void {
    this.lost ??= error;
    this.wake?.();
  }

  private async next(type: number): Promise<Packet> {
    for (;;) {
      const at = this.arrived.findIndex((packet) => packet.type === type);
      const [packet] = at === -1 ? [] : this.arrived.splice(at, 1);
      if (packet !== undefined) return packet;
      if (this.lost !== null) throw this.lost;
      await new Promise<void>((resolve) => {
        this.wake = resolve;
      });
    }
  }

  private read(chunk: Buffer): void {
    let bytes = this.kept.length === 0 ? chunk : Buffer.concat([this.kept, chunk]);
    for (;;) {
      let at = 1;
      let length = 0;
      do length |= ((bytes[at] ?? 0x80) & 0x7f) << (7 * (at - 1));
      while (((bytes[at++] ?? 0) & 0x80) !== 0);
      if (at > bytes.length || bytes.length < at + length) break;
      this.arrived.push({ type: (bytes[0] ?? 0) >> 4, body: bytes.subarray(at, at + length) });
      bytes = bytes.subarray(at + length);
    }
    this.kept = bytes;
    this.wake?.();
  }
}
