import type { CommandResult, DeviceDown } from '../protocol/messages.ts';
import { commandTags } from '../protocol/text.ts';

export type Command = Extract<DeviceDown, { type: 'command' }>;
type Answer = Pick<CommandResult, 'outcome' | 'detail'>;

/** How many commands are remembered, so that a repeated one is answered but not carried out again (P8). */
const MAX_REMEMBERED = 256;

export interface CommandActions {
  /** Identifies the board on its screen. */
  identify(): Promise<void>;
  /** Sends a new birth with a fresh inventory. */
  refresh(): Promise<void>;
  /** Saves the tags that the service gave this device. */
  setTags(tags: string[]): Promise<void>;
}

async function done(work: Promise<void>): Promise<Answer> {
  try {
    await work;
    return { outcome: 'done' };
  } catch {
    return { outcome: 'failed', detail: 'the board could not do it' };
  }
}

async function answer(command: Command, actions: CommandActions): Promise<Answer> {
  if (command.expiresInS === 0) return { outcome: 'failed', detail: 'expired' };
  switch (command.name) {
    case 'identify':
      return done(actions.identify());
    case 'refresh':
      return done(actions.refresh());
    case 'set-tags': {
      const { data } = commandTags.safeParse(command.args?.['tags']);
      return data === undefined ? { outcome: 'failed', detail: 'unreadable' } : done(actions.setTags(data));
    }
    // A courtesy that needs no answer: the session handles it (E9).
    case 'unenroll':
    default:
      return { outcome: 'failed', detail: 'unsupported' };
  }
}

/** Carries out commands and remembers the last results for as long as the agent runs (P8). Call it for one command at a time. */
export class CommandHandler {
  readonly #results = new Map<string, CommandResult>();

  async handle(command: Command, actions: CommandActions): Promise<CommandResult> {
    const known = this.#results.get(command.commandId);
    if (known !== undefined) return known;
    const result: CommandResult = { type: 'result', commandId: command.commandId, ...(await answer(command, actions)) };
    const [oldest] = this.#results.keys();
    if (this.#results.size >= MAX_REMEMBERED && oldest !== undefined) this.#results.delete(oldest);
    this.#results.set(command.commandId, result);
    return result;
  }
}
