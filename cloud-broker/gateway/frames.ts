import type { Refusal } from './limits.ts';

/**
 * The first byte of every packet that a client may send: types (§2.2.1), each with its flags [MQTT-2.2.2-2]. Without QoS 2 there is no PUBREC, PUBREL
 * or PUBCOMP; PUBLISH exists with QoS 0, and with QoS 1 with and without DUP [MQTT-3.3.1-2].
 */
const CONNECT = 0x10;
const DISCONNECT = 0xe0;
const FROM_CLIENT: ReadonlySet<number> = new Set([CONNECT, 0x30, 0x32, 0x3a, 0x40, 0x82, 0xa2, 0xc0, DISCONNECT]);

const MAX_LENGTH_BYTES = 4;

export function isDisconnect(header: number): boolean {
  return header === DISCONNECT;
}

/**
 * Follows a client's byte stream packet by packet without copying or storing any of it, so that nothing too large, malformed or not allowed ever
 * reaches the broker's parser, which has no limit of its own (protocol.md §1: 16 KiB even before CONNECT).
 */
export class FrameMeter {
  private readonly mostBytes: number;
  private part: 'type' | 'length' | 'body' = 'type';
  private first = true;
  private lengthBytes = 0;
  private length = 0;
  private left = 0;
  /** First byte of the packet being read, or last read. */
  header = 0;
  /** True if the last `advance` ended exactly after a packet. */
  complete = false;
  /** Set permanently by the first violation. */
  refusal: Refusal | null = null;

  /** `mostBytes` counts a whole packet, including its header. */
  constructor(mostBytes: number) {
    this.mostBytes = mostBytes;
  }

  /** Continues from `offset` to the end of the packet or of the chunk, and returns where it stopped. */
  advance(chunk: Uint8Array, offset: number): number {
    this.complete = false;
    let at = offset;
    while (at < chunk.length && !this.complete && this.refusal === null) {
      if (this.part === 'body') at += this.body(chunk.length - at);
      else if (this.part === 'type') this.type(chunk[at++] ?? 0);
      else this.lengthByte(chunk[at++] ?? 0);
    }
    return at;
  }

  private type(byte: number): void {
    this.header = byte;
    this.lengthBytes = 0;
    this.length = 0;
    this.part = 'length';
    if (!FROM_CLIENT.has(byte) || (byte === CONNECT) !== this.first) this.refusal = 'packet-forbidden';
  }

  private lengthByte(byte: number): void {
    this.length += (byte & 0x7f) * 128 ** this.lengthBytes;
    this.lengthBytes += 1;
    if (1 + this.lengthBytes + this.length > this.mostBytes) this.refusal = 'packet-too-large';
    else if ((byte & 0x80) === 0) this.begin();
    else if (this.lengthBytes === MAX_LENGTH_BYTES) this.refusal = 'packet-malformed';
  }

  private begin(): void {
    this.left = this.length;
    this.part = 'body';
    this.first = false;
    if (this.left === 0) this.end();
  }

  private body(available: number): number {
    const taken = Math.min(available, this.left);
    this.left -= taken;
    if (this.left === 0) this.end();
    return taken;
  }

  private end(): void {
    this.part = 'type';
    this.complete = true;
  }
}
