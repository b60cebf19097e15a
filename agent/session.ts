import { uptime } from 'node:os';
import type { Board } from '../firmware-shim/board.ts';
import { decode, deviceDown, encode, type Birth, type DeviceDown, type Heartbeat } from '../protocol/messages.ts';
import { deviceTopic } from '../protocol/topics.ts';
import type { CommandHandler } from './commands.ts';
import { NotAuthorized, openLink, type Link } from './link.ts';
import type { Log } from './log.ts';
import type { StateStore } from './state-store.ts';
import type { ProxySettings } from './proxy.ts';
import type { HeartbeatScheduler } from './heartbeat-scheduler.ts';
import { linkFailure, type LinkCode } from './secure-socket.ts';
import { nextEpoch, withEpochFrom, withEpochUsed, type Enrolment } from './state.ts';
import { AGENT_VERSION } from './version.ts';

export interface SessionPorts {
  store: StateStore;
  board: Board;
  log: Log;
  heartbeats: HeartbeatScheduler;
  commands: CommandHandler;
  proxy: ProxySettings | null;
  /** See LinkOptions. */
  acknowledgedMs?: number;
  /** Aborted when the agent is to stop: the session then says goodbye. */
  signal: AbortSignal;
  inventory: (fresh: boolean) => Promise<Record<string, string>>;
  /** Reports whether a session is open, and with which epoch. */
  onLink: (epoch: number | null) => Promise<void>;
  onHeartbeat: (at: string) => void;
}

/** How a device session ended. */
export type SessionEnd =
  | { why: 'stopped' }
  | { why: 'lost'; code: LinkCode; detail: string; linkedMs: number }
  /** CONNACK 5. */
  | { why: 'refused' }
  /** Connect again with a higher epoch: the service asked for it (P3), or for a new birth. */
  | { why: 'again' }
  /** The service reported that the board was unenrolled (E9). */
  | { why: 'unenrolled' };

const MAX_QUEUED = 32;
const GOODBYE_TIMEOUT_MS = 3000;

/** Builds the birth, once the session is `ready` for it and the inventory is available. */
async function birthOf(ports: SessionPorts, epoch: number, ready: Promise<void>): Promise<Birth> {
  const { store } = ports;
  const { firmware } = store.identity;
  const [inventory] = await Promise.all([ports.inventory(false), ready]);
  return {
    type: 'birth',
    epoch,
    at: new Date().toISOString(),
    agentVersion: AGENT_VERSION,
    ...(firmware === undefined ? {} : { firmware }),
    intervalS: ports.heartbeats.intervalS,
    inventory: store.unsaved === null ? inventory : { 'agent.stateFolder': `not writable: ${store.unsaved}`, ...inventory },
  };
}

/** One device session from CONNECT to its end. */
class DeviceSession {
  readonly #ports: SessionPorts;
  readonly #link: Link;
  readonly #deviceId: string;
  readonly #epoch: number;
  readonly #openedMs = performance.now();
  readonly #ended: Promise<SessionEnd>;
  #end: (end: SessionEnd) => void = () => undefined;
  #seq = 0;
  #queued = 0;
  #work: Promise<void> = Promise.resolve();

  constructor(ports: SessionPorts, link: Link, deviceId: string, epoch: number) {
    this.#ports = ports;
    this.#link = link;
    this.#deviceId = deviceId;
    this.#epoch = epoch;
    this.#ended = new Promise((resolve) => {
      this.#end = resolve;
    });
  }

  async run(): Promise<SessionEnd> {
    const { signal, heartbeats, onLink } = this.#ports;
    const stop = () => this.#end({ why: 'stopped' });
    signal.addEventListener('abort', stop);
    void this.#link.closed.then(() => this.#lost('the connection was lost'));
    this.#link.onMessage((payload) => this.#receive(payload));
    try {
      void this.#greet().catch((error: unknown) => this.#failed(error));
      if (signal.aborted) stop();
      const end = await this.#ended;
      heartbeats.detach();
      await this.#leave(end);
      return end;
    } finally {
      signal.removeEventListener('abort', stop);
      heartbeats.detach();
      await onLink(null);
      this.#link.drop();
    }
  }

  #lost(detail: string, code: LinkCode = 'connection-cut'): void {
    this.#end({ why: 'lost', code, detail, linkedMs: performance.now() - this.#openedMs });
  }

  #failed(error: unknown): void {
    const { code, message } = linkFailure(error);
    this.#lost(message, code);
  }

  #topic(channel: 'birth' | 'heartbeat' | 'will' | 'result' | 'down'): string {
    return deviceTopic(this.#deviceId, channel);
  }

  /** Subscribes, waits for SUBACK, sends the birth, and from then on heartbeats (protocol.md §1). */
  async #greet(): Promise<void> {
    const { heartbeats, onLink, log } = this.#ports;
    const birth = await birthOf(this.#ports, this.#epoch, this.#link.subscribe(this.#topic('down')));
    const born = this.#link.publish(this.#topic('birth'), encode(birth));
    const beat = (): void => heartbeats.attach((missed) => this.#heartbeat(missed));
    // The service handles messages one at a time, so the first heartbeat need not wait. But missed heartbeats are reported once (P6), and not in an
    // epoch that may turn out to be too low (P3).
    const tellsMissed = heartbeats.buffered > 0;
    if (!tellsMissed) beat();
    await born;
    await onLink(this.#epoch);
    log.note('connected', { deviceId: this.#deviceId, epoch: this.#epoch });
    if (tellsMissed) beat();
  }

  async #heartbeat(missed: Heartbeat['missed']): Promise<void> {
    const at = new Date().toISOString();
    const seq = this.#seq++;
    const heartbeat: Heartbeat = {
      type: 'heartbeat',
      epoch: this.#epoch,
      seq,
      at,
      uptimeS: Math.floor(uptime()),
      intervalS: this.#ports.heartbeats.intervalS,
      health: await this.#ports.board.health(),
      ...(missed === undefined ? {} : { missed }),
    };
    try {
      await this.#link.publish(this.#topic('heartbeat'), encode(heartbeat));
    } catch (error) {
      // A service that does not acknowledge is not there: reconnect.
      this.#lost('a heartbeat was not acknowledged', linkFailure(error).code);
      throw error;
    }
    this.#ports.onHeartbeat(at);
  }

  #receive(payload: Buffer): void {
    const decoded = decode<DeviceDown>(deviceDown, payload);
    if (!decoded.ok) return this.#ports.log.note('unreadable-message', { detail: decoded.detail }, 'warn');
    // E9: the session is closed right after it, so it neither waits in the queue nor is answered.
    if (decoded.message.type === 'command' && decoded.message.name === 'unenroll') return this.#end({ why: 'unenrolled' });
    if (this.#queued >= MAX_QUEUED) return this.#lost('more messages than can be handled');
    this.#queued += 1;
    this.#work = this.#work
      .then(() => this.#handle(decoded.message))
      .catch((error: unknown) => this.#failed(error))
      .finally(() => {
        this.#queued -= 1;
      });
  }

  async #handle(message: DeviceDown): Promise<void> {
    const { store, heartbeats, board, commands, log } = this.#ports;
    if (message.type === 'settings') {
      const { intervalS, jitterS, epochFrom } = message;
      heartbeats.setRhythm({ intervalS, jitterS });
      const known = store.state.enrolment?.heartbeat;
      if (known?.intervalS !== intervalS || known.jitterS !== jitterS || epochFrom !== undefined) {
        await store.remember((state) => ({
          ...(epochFrom === undefined ? state : withEpochFrom(state, epochFrom)),
          enrolment: state.enrolment === null ? null : { ...state.enrolment, heartbeat: { intervalS, jitterS } },
        }));
      }
      log.note('settings', { intervalS, jitterS, ...(epochFrom === undefined ? {} : { epochFrom }) });
      if (epochFrom !== undefined) this.#end({ why: 'again' });
      return;
    }
    log.note('command', { commandId: message.commandId, name: message.name });
    let reborn = false;
    const result = await commands.handle(message, {
      identify: async () => board.display(`${store.identity.serial} · ${store.state.enrolment?.domain ?? ''}`),
      refresh: async () => {
        await this.#ports.inventory(true);
        reborn = true;
      },
      setTags: async (tags) => {
        await store.remember((state) => ({ ...state, tags }));
      },
    });
    await this.#link.publish(this.#topic('result'), encode(result));
    // A birth with this session's epoch would count as an old one (P3), so the new birth needs a new session.
    if (reborn) this.#end({ why: 'again' });
  }

  /** Says goodbye before a clean stop, and disconnects with DISCONNECT so that the last will is not published. */
  async #leave(end: SessionEnd): Promise<void> {
    if (end.why === 'lost') return;
    if (end.why === 'stopped') {
      const goodbye = encode({ type: 'will', epoch: this.#epoch, reason: 'shutdown' });
      const limit = new Promise<void>((resolve) => setTimeout(resolve, GOODBYE_TIMEOUT_MS).unref());
      await Promise.race([this.#link.publish(this.#topic('will'), goodbye).catch(() => undefined), limit]);
    }
    await this.#link.end();
  }
}

/** Connects as the device with the next epoch, saved before CONNECT if possible (P3), and stays until the session ends. Never throws. */
export async function runSession(
  ports: SessionPorts,
  enrolment: Enrolment,
  service: { brokerUrl: string; ca: string },
): Promise<SessionEnd> {
  const { store, proxy } = ports;
  const epoch = nextEpoch(store.state);
  const saved = store.remember((state) => withEpochUsed(state, epoch));
  // If no connection comes up, nothing awaits this promise.
  saved.catch(() => undefined);
  try {
    const link = await openLink({
      ...service,
      clientId: enrolment.deviceId,
      certificate: { cert: enrolment.certificate, key: store.state.privateKey },
      will: { topic: deviceTopic(enrolment.deviceId, 'will'), payload: encode({ type: 'will', epoch }) },
      proxy,
      ...(ports.acknowledgedMs === undefined ? {} : { acknowledgedMs: ports.acknowledgedMs }),
      beforeConnect: saved,
    });
    return await new DeviceSession(ports, link, enrolment.deviceId, epoch).run();
  } catch (error) {
    if (error instanceof NotAuthorized) return { why: 'refused' };
    const { code, message } = linkFailure(error);
    return { why: 'lost', code, detail: message, linkedMs: 0 };
  }
}
