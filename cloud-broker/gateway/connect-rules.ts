import type { ConnectPacket } from 'aedes';
import { decode, deviceUp, type Will } from '../../protocol/messages.ts';
import { deviceTopic, isDeviceId, isEnrolmentClientId } from '../../protocol/topics.ts';
import type { Refusal } from './limits.ts';

const SHORTEST_KEEP_ALIVE_S = 15;
const LONGEST_KEEP_ALIVE_S = 120;

/** CONNACK codes of MQTT 3.1.1 §3.2.2.3. */
export const CONNACK = { protocolVersion: 1, identifierRejected: 2, unavailable: 3, notAuthorized: 5 } as const;
export type ConnackCode = (typeof CONNACK)[keyof typeof CONNACK];

export type ConnectVerdict =
  | { kind: 'enrolment'; clientId: string }
  | { kind: 'device'; deviceId: string; will: Will | null }
  /** `connack` null: the connection is closed without an answer. */
  | { kind: 'refused'; reason: Refusal; connack: ConnackCode | null };

const brokenRules: ConnectVerdict = { kind: 'refused', reason: 'connect-rules', connack: null };
const badClientId: ConnectVerdict = { kind: 'refused', reason: 'client-id', connack: CONNACK.identifierRejected };

/** The device's own will topic, QoS 1, no retain, a valid `will` without a reason (protocol.md §1); otherwise null. */
function readWill(deviceId: string, will: NonNullable<ConnectPacket['will']>): Will | null {
  if (will.topic !== deviceTopic(deviceId, 'will') || will.qos !== 1 || will.retain === true) return null;
  const payload = typeof will.payload === 'string' ? Buffer.from(will.payload, 'utf8') : will.payload;
  const read = decode(deviceUp.will, payload);
  return read.ok && read.message.reason === undefined ? read.message : null;
}

/**
 * What a well-formed CONNECT of MQTT 3.1.1 (packets.ts) asks for, and whether it obeys the rules of its kind of session. Does not decide whether the
 * client may have it.
 */
export function judgeConnect(packet: ConnectPacket): ConnectVerdict {
  const { clientId, will } = packet;
  // Answered regardless of clean session [MQTT-3.1.3-8].
  if (clientId === '') return badClientId;
  const keepAliveS = packet.keepalive ?? 0;
  if (packet.clean !== true || keepAliveS < SHORTEST_KEEP_ALIVE_S || keepAliveS > LONGEST_KEEP_ALIVE_S) return brokenRules;
  if (isEnrolmentClientId(clientId)) return will === undefined ? { kind: 'enrolment', clientId } : brokenRules;
  if (!isDeviceId(clientId)) return badClientId;
  if (will === undefined) return { kind: 'device', deviceId: clientId, will: null };
  const ownWill = readWill(clientId, will);
  return ownWill === null ? brokenRules : { kind: 'device', deviceId: clientId, will: ownWill };
}
