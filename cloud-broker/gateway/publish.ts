/** PUBLISH as a client may send it (MQTT 3.1.1 §3.3), and its acknowledgement. */
import { bodyAt, isMqttText, isTopicName } from './packets.ts';

const PUBLISH = 3;
const QOS_1 = 0x02;

export interface Publish {
  topic: string;
  payload: Uint8Array;
  /** Null for QoS 0: nothing is acknowledged. */
  messageId: number | null;
}

export function isPublish(header: number): boolean {
  return header >> 4 === PUBLISH;
}

/** Reads one whole packet that passed the frame meter; null if it is malformed. The payload is a view of `packet`. */
export function readPublish(packet: Buffer): Publish | null {
  let at = bodyAt(packet);
  if (at + 2 > packet.length) return null;
  const topicAt = at + 2;
  at = topicAt + packet.readUInt16BE(at);
  const withId = ((packet[0] ?? 0) & QOS_1) !== 0;
  if (at + (withId ? 2 : 0) > packet.length) return null;
  const topic = packet.toString('utf8', topicAt, at);
  if (!isTopicName(topic) || !isMqttText(packet.subarray(topicAt, at))) return null;
  if (!withId) return { topic, payload: packet.subarray(at), messageId: null };
  const messageId = packet.readUInt16BE(at);
  return messageId === 0 ? null : { topic, payload: packet.subarray(at + 2), messageId };
}

export function puback(messageId: number): Buffer {
  return Buffer.from([0x40, 2, messageId >> 8, messageId & 0xff]);
}

const LEAST_BYTES = 256;

/** A packet that arrives in pieces. Its buffer grows with what has arrived, never with the announced length. */
export class Pieces {
  private bytes: Buffer | null = null;
  private length = 0;

  add(piece: Uint8Array): void {
    const length = this.length + piece.length;
    if (this.bytes === null || this.bytes.length < length) {
      const larger = Buffer.allocUnsafeSlow(Math.max(LEAST_BYTES, 2 * length));
      this.bytes?.copy(larger, 0, 0, this.length);
      this.bytes = larger;
    }
    this.bytes.set(piece, this.length);
    this.length = length;
  }

  /** Everything that came before, followed by `last`; then it is empty. */
  join(last: Buffer): Buffer {
    if (this.bytes === null) return last;
    this.add(last);
    const whole = this.bytes.subarray(0, this.length);
    this.clear();
    return whole;
  }

  clear(): void {
    this.bytes = null;
    this.length = 0;
  }
}
