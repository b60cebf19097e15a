import { assert } from '../../protocol/assert.ts';
import { decode, deviceUp, encode, type Decoded, type DeviceDown, type Will } from '../../protocol/messages.ts';
import { deviceTopic, mayDevicePublish, parseTopic, type DeviceChannel } from '../../protocol/topics.ts';
import type { DeviceHandler } from './port.ts';
import type { Ending } from './session-state.ts';
import type { HandlerResult, SessionRole } from './session.ts';

export interface DeviceRoleParts {
  deviceId: string;
  address: string;
  tookOver: boolean;
  /** The session's last will, as given in its CONNECT. */
  will: Will | null;
  handler: DeviceHandler;
  /** The session ends at this number of invalid messages. */
  mostInvalid: number;
  invalidMessage(): void;
}

const goOn: HandlerResult = { next: 'go-on', reply: null };

/** What a device session may do, and which handler gets its messages. The will never reaches the broker: it is delivered from here, in order. */
export class DeviceRole implements SessionRole {
  readonly downTopic: string;
  /** Nearly everything a device sends has this topic; other topics are parsed. */
  private readonly heartbeatTopic: string;
  private readonly parts: DeviceRoleParts;
  private state: 'new' | 'started' | 'stopped' = 'new';
  private invalid = 0;

  constructor(parts: DeviceRoleParts) {
    this.parts = parts;
    this.downTopic = deviceTopic(parts.deviceId, 'down');
    this.heartbeatTopic = deviceTopic(parts.deviceId, 'heartbeat');
  }

  mayPublish(topic: string): boolean {
    return this.channelOf(topic) !== null;
  }

  isLast(topic: string): boolean {
    return this.channelOf(topic) === 'unenroll';
  }

  /** P5: heartbeats that arrive together share a flush. */
  mayOverlap(topic: string): boolean {
    return topic === this.heartbeatTopic;
  }

  start(): void {
    const { handler, deviceId, address, tookOver } = this.parts;
    assert(this.state === 'new', 'a device session starts once, and never after its end');
    this.state = 'started';
    handler.connected(deviceId, address, tookOver);
  }

  async receive(topic: string, payload: Uint8Array, acknowledged: boolean): Promise<HandlerResult> {
    const { handler, deviceId } = this.parts;
    assert(this.state === 'started', 'messages of a device come between the start of its session and its end');
    switch (this.channelOf(topic)) {
      case 'birth':
        return this.answer(
          decode(deviceUp.birth, payload),
          (birth) => handler.birth(deviceId, birth),
          (reply) => handler.answered(deviceId, reply),
        );
      case 'heartbeat':
        return this.answer(decode(deviceUp.heartbeat, payload), (heartbeat) =>
          handler.heartbeat(deviceId, heartbeat, acknowledged),
        );
      case 'will':
        return this.take(decode(deviceUp.will, payload), (will) => handler.will(deviceId, will));
      case 'result':
        return this.take(decode(deviceUp.result, payload), (result) => handler.result(deviceId, result));
      case 'unenroll': {
        const result = await this.take(decode(deviceUp.unenroll, payload), (unenroll) => handler.unenroll(deviceId, unenroll));
        return result === goOn ? { next: 'end' } : result;
      }
      case 'down':
      case null:
        return { next: 'refuse', reason: 'topic' };
    }
  }

  async stop(ending: Ending): Promise<void> {
    const { handler, deviceId, will } = this.parts;
    const before = this.state;
    assert(before !== 'stopped', 'a device session ends once');
    this.state = 'stopped';
    // When the service stops, it is not the device that has gone (P4).
    if (before === 'new' || ending === 'service-stopped') return;
    try {
      if (will !== null && ending !== 'said' && ending !== 'revoked') await handler.will(deviceId, will);
    } finally {
      handler.disconnected(deviceId, ending === 'said');
    }
  }

  private channelOf(topic: string): DeviceChannel | null {
    if (topic === this.heartbeatTopic) return 'heartbeat';
    const parsed = parseTopic(topic);
    if (parsed?.kind !== 'device' || parsed.deviceId !== this.parts.deviceId) return null;
    return mayDevicePublish(parsed.channel) ? parsed.channel : null;
  }

  private async answer<T>(
    read: Decoded<T>,
    handle: (message: T) => Promise<DeviceDown | null>,
    afterwards?: (reply: DeviceDown | null) => void,
  ): Promise<HandlerResult> {
    if (!read.ok) return this.countInvalid();
    const reply = await handle(read.message);
    const encoded = reply === null ? null : encode(reply);
    if (afterwards === undefined) return encoded === null ? goOn : { next: 'go-on', reply: encoded };
    return { next: 'go-on', reply: encoded, afterwards: () => afterwards(reply) };
  }

  private async take<T>(read: Decoded<T>, handle: (message: T) => Promise<void>): Promise<HandlerResult> {
    if (!read.ok) return this.countInvalid();
    await handle(read.message);
    return goOn;
  }

  /** Acknowledged, so that it is not sent again forever, and dropped. */
  private countInvalid(): HandlerResult {
    this.parts.invalidMessage();
    this.invalid += 1;
    if (this.invalid >= this.parts.mostInvalid) return { next: 'refuse', reason: 'message-invalid' };
    return { next: 'go-on', reply: null };
  }
}
