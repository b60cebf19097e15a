/**
 * Every MQTT topic of the device protocol; topics are built and parsed only here (protocol.md §1). A client id or device id never contains `/`, `+`
 * or `#`, so a built topic is always a single concrete one.
 */
export const PROTOCOL_VERSION = 1;

const PREFIX = 'rollcall/1';
const ENROLMENT_CLIENT_ID = /^enroll-[0-9a-f]{32}$/;
const DEVICE_ID = /^[A-Za-z0-9_-]{8,64}$/;

export type DeviceChannel = 'birth' | 'heartbeat' | 'will' | 'unenroll' | 'down' | 'result';

export type ParsedTopic =
  | { kind: 'enrolment'; clientId: string; direction: 'up' | 'down' }
  | { kind: 'device'; deviceId: string; channel: DeviceChannel };

const DEVICE_CHANNELS: readonly string[] = ['birth', 'heartbeat', 'will', 'unenroll', 'down', 'result'];

/** True for `enroll-` and 32 lowercase hexadecimal digits: the client id of an enrolment session. */
export function isEnrolmentClientId(text: string): boolean {
  return ENROLMENT_CLIENT_ID.test(text);
}

/** True for a deviceId as issued by the service: 8 to 64 characters of the base64url alphabet. */
export function isDeviceId(text: string): boolean {
  return DEVICE_ID.test(text) && !ENROLMENT_CLIENT_ID.test(text);
}

export function enrolmentTopic(clientId: string, direction: 'up' | 'down'): string {
  if (!isEnrolmentClientId(clientId)) throw new RangeError('not an enrolment client id');
  return `${PREFIX}/enroll/${clientId}/${direction}`;
}

export function deviceTopic(deviceId: string, channel: DeviceChannel): string {
  if (!isDeviceId(deviceId)) throw new RangeError('not a device id');
  return `${PREFIX}/devices/${deviceId}/${channel}`;
}

/** Parses `text` as a topic, or returns null: wildcards, other versions and unknown channels are not accepted. */
export function parseTopic(text: string): ParsedTopic | null {
  const [product, version, kind, id, channel, ...rest] = text.split('/');
  if (product !== 'rollcall' || version !== '1' || id === undefined || channel === undefined || rest.length > 0) return null;
  if (kind === 'enroll' && isEnrolmentClientId(id) && (channel === 'up' || channel === 'down')) {
    return { kind: 'enrolment', clientId: id, direction: channel };
  }
  if (kind === 'devices' && isDeviceId(id) && DEVICE_CHANNELS.includes(channel)) {
    return { kind: 'device', deviceId: id, channel: channel as DeviceChannel };
  }
  return null;
}

/** Channels that a device may publish to; it may subscribe only to `down` (default-deny, protocol.md §1). */
export function mayDevicePublish(channel: DeviceChannel): boolean {
  return channel !== 'down';
}
