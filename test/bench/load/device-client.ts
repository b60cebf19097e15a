/** A display as cheap as it can be made: MQTT packets as bytes, written to and counted on a TLS socket. */
import { connect, type SecureContext, type TLSSocket } from 'node:tls';
import { deviceTopic } from '../../../protocol/topics.ts';
import { connectPacket, field, frame } from './packets.ts';

const CONNACK = 2;
const PUBACK = 4;
/** Sequence numbers begin here, so that every heartbeat has the same length and its digits can be overwritten. */
const FIRST_SEQ = 1_000_000;

/** What `cpuPercent` says in the heartbeat of this number: so the store can be asked for it. */
export function cpuPercentOf(beats: number): number {
  return 10 + (beats % 900) / 10;
}

/** The bytes of a device's heartbeats, of which only a few differ from one to the next. */
class Heartbeats {
  private readonly packets: Record<0 | 1, Buffer>;
  private readonly seqAt: Record<0 | 1, number>;
  private readonly cpuAt: Record<0 | 1, number>;
  private readonly idAt: number;

  constructor(deviceId: string) {
    const topic = field(deviceTopic(deviceId, 'heartbeat'));
    const payload = Buffer.from(
      `{"type":"heartbeat","epoch":1,"seq":${FIRST_SEQ},"at":"${new Date().toISOString()}","uptimeS":86400,"intervalS":60,` +
        '"health":{"cpuPercent":10.0,"memoryPercent":41.5,"diskPercent":63,"temperatureC":48.5,"screen":"on"}}',
    );
    const qos0 = frame(0x30, Buffer.concat([topic, payload]));
    const qos1 = frame(0x32, Buffer.concat([topic, Buffer.alloc(2), payload]));
    this.packets = { 0: qos0, 1: qos1 };
    this.seqAt = { 0: qos0.indexOf(String(FIRST_SEQ)), 1: qos1.indexOf(String(FIRST_SEQ)) };
    this.cpuAt = { 0: qos0.indexOf('10.0,'), 1: qos1.indexOf('10.0,') };
    this.idAt = qos1.indexOf('{"type"') - 2;
  }

  packet(beats: number, qos: 0 | 1): Buffer {
    const bytes = Buffer.from(this.packets[qos]);
    bytes.write(String(FIRST_SEQ + beats), this.seqAt[qos], 'latin1');
    bytes.write(cpuPercentOf(beats).toFixed(1), this.cpuAt[qos], 'latin1');
    if (qos === 1) bytes.writeUInt16BE((beats % 65_535) + 1, this.idAt);
    return bytes;
  }
}

export class DeviceClient {
  /** Heartbeats sent since it was made. */
  beats = 0;
  /** TLS session of the last connection, to resume it. */
  session: Buffer | null = null;
  onAcknowledged: (() => void) | null = null;
  private readonly heartbeats: Heartbeats;
  private readonly connectPacket: Buffer;
  private readonly context: SecureContext;
  private socket: TLSSocket | null = null;
  private header = 0;
  /** Bytes of the packet that are still to come; -1: its length comes next. */
  private left = 0;
  private onConnack: (() => void) | null = null;

  constructor(deviceId: string, context: SecureContext) {
    this.context = context;
    this.heartbeats = new Heartbeats(deviceId);
    this.connectPacket = connectPacket(deviceId);
  }

  get isConnected(): boolean {
    return this.socket !== null;
  }

  /** Resolves with whether the TLS session was resumed, once the CONNACK is there. */
  async connect(port: number, resume: boolean): Promise<boolean> {
    return new Promise((resolve, reject) => {
      const session = resume && this.session !== null ? { session: this.session } : {};
      const socket = connect({ host: '127.0.0.1', port, servername: 'localhost', secureContext: this.context, ...session }, () =>
        socket.write(this.connectPacket),
      );
      socket.setNoDelay(true);
      this.left = 0;
      this.header = 0;
      this.socket = socket;
      this.onConnack = () => resolve(socket.isSessionReused());
      socket.on('session', (ticket) => {
        this.session = ticket;
      });
      socket.on('data', (chunk) => this.read(chunk));
      socket.on('error', reject);
      socket.once('close', () => {
        if (this.socket === socket) this.socket = null;
        reject(new Error('the connection was closed'));
      });
    });
  }

  /** Sends the next heartbeat; false where the connection is gone. */
  beat(qos: 0 | 1): boolean {
    if (this.socket === null) return false;
    this.beats += 1;
    this.socket.write(this.heartbeats.packet(this.beats, qos));
    return true;
  }

  /** Ends with DISCONNECT; resolves when the connection is gone. */
  async disconnect(): Promise<void> {
    const { socket } = this;
    if (socket === null) return;
    await new Promise<void>((resolve) => {
      socket.once('close', () => resolve());
      socket.end(Buffer.from([0xe0, 0]));
    });
  }

  private read(chunk: Buffer): void {
    let at = 0;
    while (at < chunk.length) {
      if (this.header === 0) {
        this.header = chunk[at++] ?? 0;
        this.left = -1;
      } else if (this.left === -1) {
        // What is sent to a device here is short: one byte holds its length.
        this.left = chunk[at++] ?? 0;
        if (this.left === 0) this.header = 0;
      } else {
        const taken = Math.min(this.left, chunk.length - at);
        this.left -= taken;
        at += taken;
        if (this.left === 0) this.packet();
      }
    }
  }

  private packet(): void {
    const type = this.header >> 4;
    this.header = 0;
    if (type === CONNACK) this.onConnack?.();
    if (type !== PUBACK) return;
    this.onAcknowledged?.();
  }
}
