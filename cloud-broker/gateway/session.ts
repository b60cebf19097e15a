import type { TLSSocket } from 'node:tls';
import type { Client, PublishPacket } from 'aedes';
import type { ReadGate } from './gate.ts';
import { Inbox } from './inbox.ts';
import type { GatewayLimits, Refusal } from './limits.ts';
import { puback, type Publish } from './publish.ts';
import {
  hasEnded,
  isOpen,
  mayAcknowledge,
  stateAfter,
  wasSentAway,
  type Ending,
  type SessionEvent,
  type SessionState,
} from './session-state.ts';

/**
 * What follows a message once it is acknowledged. `afterwards` runs when the reply has been handed to the socket, or at once if there is none, but
 * not if the session ended before.
 */
export type HandlerResult =
  | { next: 'go-on'; reply: Uint8Array | null; afterwards?: () => void }
  | { next: 'end' }
  | { next: 'refuse'; reason: Refusal };

/** What differs between the two kinds of session. */
export interface SessionRole {
  /** The only topic it may subscribe to, and the one it receives messages on. */
  readonly downTopic: string;
  /** Default deny: anything not explicitly allowed ends the session. */
  mayPublish(topic: string): boolean;
  /** True for the message after whose acknowledgement the session ends, even if it was revoked in the meantime. */
  isLast(topic: string): boolean;
  /** Messages on such a topic start in order, but need not wait for each other to finish. */
  mayOverlap(topic: string): boolean;
  start(): void;
  /** One message, in order; `acknowledged`: it is acknowledged once this resolves (QoS 1). Rejecting ends the session without an acknowledgement. */
  receive(topic: string, payload: Uint8Array, acknowledged: boolean): Promise<HandlerResult>;
  /** Runs after everything that was received. Called exactly once, even if `start` was never called. */
  stop(ending: Ending): Promise<void>;
}

export interface SessionParts {
  clientId: string;
  client: Client;
  socket: TLSSocket;
  gate: ReadGate;
  /** When it was last heard (monotonic milliseconds), and how long it may be silent; notified when a message was handled. */
  heard: { readonly heardAt: number; readonly patienceMs: number; movedOn(): void };
  limits: GatewayLimits;
  role: SessionRole;
  /** Resolves when an older session of the same device is done. */
  before: Promise<void>;
  host: SessionHost;
}

/** What all sessions report to. */
export interface SessionHost {
  refused(reason: Refusal): void;
  handlerFailed(clientId: string, error: unknown): void;
  /** Called once, as soon as the session takes and sends nothing more. */
  ended(session: Session): void;
}

const ignore = (): void => undefined;

/** One accepted client of the broker: its incoming messages, in order and bounded; its outgoing messages, bounded; and its end. */
export class Session {
  readonly clientId: string;
  private readonly parts: SessionParts;
  private readonly inbox: Inbox;
  private state: SessionState = { name: 'connecting' };
  /** The topic of the message started last. */
  private handling = '';
  private writing = 0;
  /** Messages waiting for a PUBACK: clients send PUBACKs in order (MQTT 3.1.1 §4.6). */
  private readonly unacknowledged: (() => void)[] = [];
  private linger: NodeJS.Timeout | undefined;

  constructor(parts: SessionParts) {
    this.clientId = parts.clientId;
    this.parts = parts;
    this.inbox = new Inbox(
      parts.limits.inbox,
      (error) => this.fail(error),
      () => {
        this.closeIfFlushed();
        parts.heard.movedOn();
      },
    );
    parts.socket.once('close', () => {
      clearTimeout(this.linger);
      this.transition({ type: 'close', ending: 'lost' });
    });
  }

  get isOpen(): boolean {
    return isOpen(this.state);
  }

  /** P5: it accepts no more messages for now. */
  get isFull(): boolean {
    return this.inbox.isFull;
  }

  /**
   * Ends the session if nothing arrived for longer than its keep alive allows; if it is the gateway that is not reading, only once the handler must
   * be dead. `now`: monotonic milliseconds.
   */
  endIfSilent(now: number): void {
    const { gate, heard, limits } = this.parts;
    const silentMs = now - heard.heardAt;
    if (!gate.isPaused && silentMs > heard.patienceMs) this.end('lost');
    if (gate.isPaused && silentMs > limits.stalledMs) this.fail(new Error(`nothing was handled for ${silentMs} ms`));
  }

  get downTopic(): string {
    return this.parts.role.downTopic;
  }

  /** Resolves when its last message and its end have been handled. */
  get finished(): Promise<void> {
    return this.inbox.finished;
  }

  /** Its CONNACK was sent. */
  start(): void {
    if (this.state.name !== 'connecting') return;
    this.transition({ type: 'accepted' });
    const handle = async (): Promise<() => void> => {
      await this.parts.before;
      return () => {
        if (!wasSentAway(this.state)) this.parts.role.start();
      };
    };
    this.inbox.push({ handle, together: false });
    this.parts.gate.open();
  }

  /** One PUBLISH from the client; its PUBACK is sent once it is handled. */
  publish(message: Publish): void {
    // A client whose session is ending gets no acknowledgement: it will send the message again.
    if (!this.isOpen) return;
    if (!this.parts.role.mayPublish(message.topic)) {
      this.refuse('topic');
      return;
    }
    this.inbox.push({ handle: async () => this.handle(message), together: this.parts.role.mayOverlap(message.topic) });
  }

  /** The client acknowledged one message. */
  acknowledged(): void {
    this.unacknowledged.shift()?.();
  }

  /** Resolves to false if the session is not open, or if its client does not take what it is sent; that session is then ended. */
  async send(payload: Uint8Array, acknowledged: () => void = ignore): Promise<boolean> {
    if (!this.isOpen) return false;
    const { limits, socket } = this.parts;
    if (this.unacknowledged.length >= limits.unacknowledged || socket.writableLength > limits.unsentBytes) {
      this.refuse('frozen');
      return false;
    }
    return this.write(payload, acknowledged);
  }

  /** Ends the session at once for breaking a rule. */
  refuse(reason: Refusal): void {
    if (this.transition({ type: 'close', ending: 'refused' })) this.parts.host.refused(reason);
    this.destroy();
  }

  /** Ends it at once, without blame. */
  end(ending: 'lost' | 'revoked' | 'service-stopped'): void {
    this.transition({ type: 'close', ending });
    this.destroy();
  }

  /** Its DISCONNECT was read. */
  said(): void {
    this.transition({ type: 'disconnect' });
  }

  /** E9: nothing it sent is handled any more. A courtesy, or the acknowledgement of its own `unenroll`, is still sent. */
  revoke(courtesy: Uint8Array | null): void {
    if (hasEnded(this.state)) return;
    const acknowledges = this.inbox.isBusy && this.parts.role.isLast(this.handling);
    const told = this.isOpen && !acknowledges ? courtesy : null;
    if (!acknowledges && told === null) return this.end('revoked');
    this.flush('revoked', acknowledges);
    if (told !== null) void this.write(told);
    this.closeIfFlushed();
  }

  /** Ends the session when everything sent is flushed and the message being handled is acknowledged, at most a moment later. */
  finish(ending: 'lost' | 'revoked'): void {
    if (hasEnded(this.state)) return;
    this.flush(ending, this.inbox.isBusy);
    this.closeIfFlushed();
  }

  private async handle({ topic, payload, messageId }: Publish): Promise<() => void> {
    this.handling = topic;
    const result = await this.parts.role.receive(topic, payload, messageId !== null);
    return () => {
      if (result.next === 'refuse') this.refuse(result.reason);
      else if (messageId !== null) this.acknowledge(messageId);
      if (result.next === 'end') this.finish('revoked');
      if (result.next === 'go-on') void this.follow(result);
    };
  }

  /** Reported once per session: everything in progress fails for the same reason. */
  private fail(error: unknown): void {
    if (this.state.name === 'closed' && this.state.failed) return;
    this.parts.host.handlerFailed(this.clientId, error);
    if (this.transition({ type: 'fail' })) this.parts.host.refused('handler-failed');
    this.destroy();
  }

  private async follow({ reply, afterwards }: Extract<HandlerResult, { next: 'go-on' }>): Promise<void> {
    const handed = reply === null ? this.isOpen : await this.send(reply);
    if (handed && this.isOpen) afterwards?.();
  }

  private acknowledge(messageId: number): void {
    const { socket } = this.parts;
    if (mayAcknowledge(this.state) && socket.writable) socket.write(puback(messageId));
  }

  private async write(payload: Uint8Array, acknowledged: () => void = ignore): Promise<boolean> {
    this.unacknowledged.push(acknowledged);
    const packet: PublishPacket = {
      cmd: 'publish',
      topic: this.downTopic,
      payload: Buffer.from(payload),
      qos: 1,
      retain: false,
      dup: false,
    };
    this.writing += 1;
    return new Promise((resolve) => {
      this.parts.client.publish(packet, () => {
        this.writing -= 1;
        this.closeIfFlushed();
        resolve(!this.parts.socket.destroyed);
      });
    });
  }

  /** Moves to the next state; true if that ended the session. */
  private transition(event: SessionEvent): boolean {
    const before = this.state;
    this.state = stateAfter(before, event);
    if (hasEnded(before) || !hasEnded(this.state)) return false;
    const { ending } = this.state;
    const { gate, role, host } = this.parts;
    gate.shut();
    if (wasSentAway(this.state)) this.inbox.drop();
    host.ended(this);
    this.inbox.finish(() => role.stop(ending));
    return true;
  }

  private flush(ending: 'lost' | 'revoked', acknowledges: boolean): void {
    this.transition({ type: 'flush', ending, acknowledges });
    this.linger = setTimeout(() => this.destroy(), this.parts.limits.lingerMs);
  }

  private closeIfFlushed(): void {
    if (this.state.name === 'flushing' && !this.inbox.isBusy && this.writing === 0) this.parts.socket.end();
  }

  private destroy(): void {
    this.parts.client.close();
    this.parts.socket.destroy();
  }
}
