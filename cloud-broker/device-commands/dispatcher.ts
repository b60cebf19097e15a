import type { DeviceDown } from '../../protocol/messages.ts';
import { ANSWER_MS, COMMAND_LIFE_MS, type OpenCommand } from './rules.ts';

export type CommandMessage = Extract<DeviceDown, { type: 'command' }>;

export interface DispatcherPorts {
  /** A device's commands that have neither ended nor expired at `now`, oldest first. Never rejects. */
  open(deviceId: string, now: number): Promise<(Pick<OpenCommand, 'id' | 'name' | 'args'> & { expiresAt: number })[]>;
  /** Like the gateway's: false if the device accepts nothing now. */
  send(deviceId: string, command: CommandMessage, acknowledged: () => void): Promise<boolean>;
  /** Records a command's progress. Never rejects. */
  moved(deviceId: string, commandId: string, to: 'sent' | 'delivered'): Promise<void>;
  /** Milliseconds since 1970. */
  clock(): number;
}

/** A session ready for commands. */
interface Line {
  inFlight: { commandId: string; since: number } | null;
  /** The next command is being read from the store. */
  asking: boolean;
  /** A command may have been added since that read. */
  mayHaveMore: boolean;
  /** Sent in this session but not answered in time: not sent again before the next session. */
  passed: Set<string> | null;
}

/**
 * P8: sends waiting commands to connected devices, one at a time to each. It keeps only what is in progress: waiting commands are in the store, so
 * after a restart or a lost session everything unanswered is sent again.
 */
export class CommandDispatcher {
  private readonly ports: DispatcherPorts;
  private readonly lines = new Map<string, Line>();
  /** Devices with a command in flight, longest-waiting first. */
  private readonly waiting = new Map<string, Line>();

  constructor(ports: DispatcherPorts) {
    this.ports = ports;
  }

  /** The device's birth was answered with its settings. */
  async ready(deviceId: string): Promise<void> {
    this.gone(deviceId);
    this.lines.set(deviceId, { inFlight: null, asking: false, mayHaveMore: false, passed: null });
    await this.next(deviceId);
  }

  /** The session ended. */
  gone(deviceId: string): void {
    this.lines.delete(deviceId);
    this.waiting.delete(deviceId);
  }

  /** A command was added and its commit is on disk. */
  async added(deviceId: string): Promise<void> {
    await this.next(deviceId);
  }

  /** The device's answer to a command is stored. */
  async answered(deviceId: string, commandId: string): Promise<void> {
    const line = this.lines.get(deviceId);
    if (line?.inFlight?.commandId !== commandId) return;
    this.land(deviceId, line);
    await this.next(deviceId);
  }

  /** Commands not answered in time make way for the next. Must be called every few seconds. */
  async sweep(): Promise<void> {
    const now = this.ports.clock();
    for (const [deviceId, line] of this.waiting) {
      if (line.inFlight === null) continue;
      if (now - line.inFlight.since < ANSWER_MS) return;
      (line.passed ??= new Set()).add(line.inFlight.commandId);
      this.land(deviceId, line);
      await this.next(deviceId);
    }
  }

  private land(deviceId: string, line: Line): void {
    line.inFlight = null;
    this.waiting.delete(deviceId);
  }

  private async next(deviceId: string): Promise<void> {
    const line = this.lines.get(deviceId);
    if (line === undefined || line.inFlight !== null) return;
    line.mayHaveMore = true;
    if (line.asking) return;
    line.asking = true;
    line.mayHaveMore = false;
    await this.sendOldest(deviceId, line);
    line.asking = false;
    if (line.mayHaveMore) await this.next(deviceId);
  }

  private async sendOldest(deviceId: string, line: Line): Promise<void> {
    const now = this.ports.clock();
    const open = await this.ports.open(deviceId, now);
    // While the store was read, its session may have ended or a newer one started.
    if (this.lines.get(deviceId) !== line) return;
    const command = open.find(({ id }) => line.passed?.has(id) !== true);
    if (command === undefined) return;
    line.inFlight = { commandId: command.id, since: now };
    this.waiting.set(deviceId, line);
    void this.send(deviceId, {
      type: 'command',
      commandId: command.id,
      name: command.name as CommandMessage['name'],
      args: JSON.parse(command.args) as Record<string, unknown>,
      // A clock that went back does not extend a command's life (P8).
      expiresInS: Math.ceil(Math.min(COMMAND_LIFE_MS, command.expiresAt - now) / 1000),
    });
  }

  /** If it cannot be sent, the session is ending and `gone` follows. */
  private async send(deviceId: string, command: CommandMessage): Promise<void> {
    const { commandId } = command;
    const handed = await this.ports.send(deviceId, command, () => void this.ports.moved(deviceId, commandId, 'delivered'));
    if (handed) await this.ports.moved(deviceId, commandId, 'sent');
  }
}
