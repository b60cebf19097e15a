/**
 * Finds what MQTT 3.1.1 calls malformed in packets bound for the broker, which accepts much of it (protocol.md §1). For PUBLISH, which the broker
 * never sees, see publish.ts; the frame meter checks types and flags.
 */
import { isUtf8 } from 'node:buffer';
import type { Refusal } from './limits.ts';

const CONNECT = 1;
const PUBACK = 4;
const SUBSCRIBE = 8;
const UNSUBSCRIBE = 10;

const NAME = 'MQTT';
const LEVEL = 4;
const HIGHEST_QOS = 2;

/** Where the body of a whole packet begins: after its first byte and its length. */
export function bodyAt(packet: Uint8Array): number {
  let at = 1;
  while (((packet[at] ?? 0) & 0x80) !== 0) at += 1;
  return at + 1;
}

/** A string of §1.5.3: UTF-8 without surrogates [MQTT-1.5.3-1] and without U+0000 [MQTT-1.5.3-2]. */
export function isMqttText(bytes: Uint8Array): boolean {
  return isUtf8(bytes) && !bytes.includes(0);
}

/** A name that can be published to: at least one character [MQTT-4.7.3-1], no wildcard [MQTT-3.3.2-2]. */
export function isTopicName(topic: string): boolean {
  return topic !== '' && !topic.includes('+') && !topic.includes('#');
}

/** `+` occupies a whole level [MQTT-4.7.1-3]; so does `#`, and only the last one [MQTT-4.7.1-2]. */
function isTopicFilter(filter: string): boolean {
  const levels = filter.split('/');
  return (
    filter !== '' &&
    levels.every((level, n) => level === '+' || (level === '#' ? n === levels.length - 1 : isTopicName(`/${level}`)))
  );
}

/** Reads fields in sequence; `failed` stays set once one does not fit. */
class Fields {
  failed = false;
  private at: number;
  private readonly packet: Buffer;

  constructor(packet: Buffer) {
    this.packet = packet;
    this.at = bodyAt(packet);
  }

  get ended(): boolean {
    return this.at === this.packet.length;
  }

  byte(): number {
    return this.take(1)[0] ?? 0;
  }

  uint16(): number {
    return this.byte() * 256 + this.byte();
  }

  bytes(): Buffer {
    return this.take(this.uint16());
  }

  text(): string {
    const bytes = this.bytes();
    if (!isMqttText(bytes)) this.failed = true;
    return bytes.toString('utf8');
  }

  private take(length: number): Buffer {
    const taken = this.packet.subarray(this.at, this.at + length);
    if (taken.length < length) this.failed = true;
    this.at += taken.length;
    return taken;
  }
}

/** If the protocol name or level is not supported, nothing more is read [MQTT-3.1.2-2]. */
function connectFault(fields: Fields): Refusal | null {
  const name = fields.text();
  const level = fields.byte();
  if (fields.failed) return 'packet-malformed';
  if (name !== NAME || level !== LEVEL) return 'protocol-version';
  const flags = fields.byte();
  const has = (bit: number): boolean => (flags & bit) !== 0;
  const [reserved, will, willQos, willRetain, password, userName] = [0x01, 0x04, (flags >> 3) & 3, 0x20, 0x40, 0x80];
  // [MQTT-3.1.2-3], [MQTT-3.1.2-14], [MQTT-3.1.2-11], [MQTT-3.1.2-13], [MQTT-3.1.2-15], [MQTT-3.1.2-22]
  if (has(reserved) || willQos > HIGHEST_QOS) return 'packet-malformed';
  if (!has(will) && (willQos > 0 || has(willRetain))) return 'packet-malformed';
  if (has(password) && !has(userName)) return 'packet-malformed';
  fields.uint16();
  fields.text();
  if (has(will)) {
    fields.text();
    fields.bytes();
  }
  if (has(userName)) fields.text();
  if (has(password)) fields.bytes();
  return fields.failed || !fields.ended ? 'packet-malformed' : null;
}

/** At least one filter [MQTT-3.8.3-3] [MQTT-3.10.3-2], a packet id other than 0 [MQTT-2.3.1-1], a quality of service from 0 to 2 [MQTT-3.8.3-4]. */
function areFilters(fields: Fields, withQos: boolean): boolean {
  if (fields.uint16() === 0) return false;
  do {
    if (!isTopicFilter(fields.text())) return false;
    if (withQos && fields.byte() > HIGHEST_QOS) return false;
  } while (!fields.failed && !fields.ended);
  return !fields.failed;
}

/** Why this whole packet ends its sender's session; null if it does not. Any PUBLISH passes. */
export function packetFault(packet: Buffer): Refusal | null {
  const type = (packet[0] ?? 0) >> 4;
  const fields = new Fields(packet);
  if (type === CONNECT) return connectFault(fields);
  const isGood =
    type === SUBSCRIBE || type === UNSUBSCRIBE
      ? areFilters(fields, type === SUBSCRIBE)
      : type === PUBACK
        ? fields.uint16() !== 0 && !fields.failed && fields.ended
        : fields.ended;
  return isGood ? null : 'packet-malformed';
}
