import type { DeviceDown } from '../../protocol/messages.ts';
import { ANSWER_MS, COMMAND_LIFE_MS, type OpenCommand } from './rules.ts';

export type CommandMessage = Extract<DeviceDown, { type: 'command' }>;

export interface CommandDeskPorts {
  /** A device's commands that have not ended and are not over at `now`, oldest first. */
  open(deviceId: string, now: number): (Pick<OpenCommand, 'id' | 'name' | 'args'> & { expiresAt: number })[];
  /** As the gateway's: false where the device takes nothing now. */
  send(deviceId: string, command: CommandMessage, acknowledged: () => void): Promise<boolean>;
  /** Writes down how far a command came. Never rejects. */
  moved(deviceId: string, commandId: string, to: 'sent' | 'delivered'): Promise<void>;
  /** Milliseconds since 1970. */
  clock(): number;
}

/** A session that is ready for commands. */
interface Line {
  inFlight: { commandId: string; since: number } | null;
  /** Sent in this session and not answered in time: not sent again before the next one. */
  passed: Set<string> | null;
}

/**
 * P8: sends waiting commands to the devices that are connected, to each one after the other. It keeps nothing but what is under
 * way: what waits is in the store, so a restart or a lost session sends again whatever was not answered.
 */
export class CommandDesk {
  private readonly ports: CommandDeskPorts;
  private readonly lines = new Map<string, Line>();
  /** Devices with a command in flight, the one that waits longest first. */
  private readonly waiting = new Map<string, Line>();

  constructor(ports: CommandDeskPorts) {
    this.ports = ports;
  }

  /** The device was born and has its settings. */
  ready(deviceId: string): void {
    this.gone(deviceId);
    this.lines.set(deviceId, { inFlight: null, passed: null });
    this.next(deviceId);
  }

  /** Its session is gone. */
  gone(deviceId: string): void {
    this.lines.delete(deviceId);
    this.waiting.delete(deviceId);
  }

  /** A command was added, and its commit is on disk. */
  added(deviceId: string): void {
    this.next(deviceId);
  }

  /** The device answered a command, and that is stored. */
  answered(deviceId: string, commandId: string): void {
    const line = this.lines.get(deviceId);
    if (line?.inFlight?.commandId !== commandId) return;
    this.land(deviceId, line);
    this.next(deviceId);
  }

  /** Lets commands that were not answered in time make way for the next. To be called every few seconds. */
  sweep(): void {
    const now = this.ports.clock();
    for (const [deviceId, line] of this.waiting) {
      if (line.inFlight === null) continue;
      if (now - line.inFlight.since < ANSWER_MS) return;
      (line.passed ??= new Set()).add(line.inFlight.commandId);
      this.land(deviceId, line);
      this.next(deviceId);
    }
  }

  private land(deviceId: string, line: Line): void {
    line.inFlight = null;
    this.waiting.delete(deviceId);
  }

  private next(deviceId: string): void {
    const line = this.lines.get(deviceId);
    if (line === undefined || line.inFlight !== null) return;
    const now = this.ports.clock();
    const command = this.ports.open(deviceId, now).find(({ id }) => line.passed?.has(id) !== true);
    if (command === undefined) return;
    line.inFlight = { commandId: command.id, since: now };
    this.waiting.set(deviceId, line);
    void this.send(deviceId, {
      type: 'command',
      commandId: command.id,
      name: command.name as CommandMessage['name'],
      args: JSON.parse(command.args) as Record<string, unknown>,
      // A clock that went back makes no command live longer (P8).
      expiresInS: Math.ceil(Math.min(COMMAND_LIFE_MS, command.expiresAt - now) / 1000),
    });
  }

  /** Where it cannot be sent the session is ending, and `gone` comes. */
  private async send(deviceId: string, command: CommandMessage): Promise<void> {
    const { commandId } = command;
    const handed = await this.ports.send(deviceId, command, () => void this.ports.moved(deviceId, commandId, 'delivered'));
    if (handed) await this.ports.moved(deviceId, commandId, 'sent');
  }
}
