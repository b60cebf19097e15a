import type { Refusal } from './limits.ts';

/** MQTT 3.1.1 control packet types (§2.2.1). */
const CONNECT = 1;
const PUBLISH = 3;
const PUBACK = 4;
const SUBSCRIBE = 8;
const UNSUBSCRIBE = 10;
const PINGREQ = 12;
const DISCONNECT = 14;
/** What a client of ours may send at all: without QoS 2 there is no PUBREC, PUBREL or PUBCOMP. */
const FROM_CLIENT: readonly number[] = [CONNECT, PUBLISH, PUBACK, SUBSCRIBE, UNSUBSCRIBE, PINGREQ, DISCONNECT];

const QOS_2_OR_3 = 0x04;
const RETAIN = 0x01;
const MOST_LENGTH_BYTES = 4;

export function isDisconnect(header: number): boolean {
  return header >> 4 === DISCONNECT;
}

/**
 * Follows a client's byte stream packet by packet without copying or keeping any of it, so that nothing too large, malformed
 * or not ours ever reaches the broker's parser, which has no limit of its own (protocol.md §1: 16 KiB also before CONNECT).
 */
export class FrameMeter {
  private readonly mostBytes: number;
  private part: 'type' | 'length' | 'body' = 'type';
  private first = true;
  private lengthBytes = 0;
  private length = 0;
  private left = 0;
  /** First byte of the packet that is being read, or was read last. */
  header = 0;
  /** True when the last `advance` ended just behind a packet. */
  complete = false;
  /** Set for good by the first violation. */
  refusal: Refusal | null = null;

  /** `mostBytes` counts a whole packet, its header included. */
  constructor(mostBytes: number) {
    this.mostBytes = mostBytes;
  }

  /** Goes on from `offset` to the end of the packet or of the chunk, and returns where it stopped. */
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
    const type = byte >> 4;
    const expected = this.first ? type === CONNECT : type !== CONNECT && FROM_CLIENT.includes(type);
    if (!expected || (type === PUBLISH && (byte & (QOS_2_OR_3 | RETAIN)) !== 0)) this.refusal = 'packet-forbidden';
  }

  private lengthByte(byte: number): void {
    this.length += (byte & 0x7f) * 128 ** this.lengthBytes;
    this.lengthBytes += 1;
    if (1 + this.lengthBytes + this.length > this.mostBytes) this.refusal = 'packet-too-large';
    else if ((byte & 0x80) === 0) this.begin();
    else if (this.lengthBytes === MOST_LENGTH_BYTES) this.refusal = 'packet-malformed';
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
