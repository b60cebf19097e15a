/** Wires commands (P8): waiting commands in the store are sent through the gateway. */
import { errorText } from '../../protocol/error-text.ts';
import { randomUUID } from 'node:crypto';
import type { Logger } from 'pino';
import { CommandDispatcher, type CommandMessage } from '../device-commands/dispatcher.ts';
import type { Gateway } from '../gateway/port.ts';
import { openCommands } from '../device-commands/rows.ts';
import type { Store } from '../store/port.ts';

/** E9: sent to a device just before its session is closed; no answer is awaited. */
export function farewell(): CommandMessage {
  return { type: 'command', commandId: randomUUID(), name: 'unenroll', expiresInS: 60 };
}

export function commandDispatcher(deps: {
  store: Store;
  gateway(): Pick<Gateway, 'send'> | null;
  log: Pick<Logger, 'error'>;
  clock(): number;
}): CommandDispatcher {
  const { store, log, clock } = deps;
  const dispatcher = new CommandDispatcher({
    async open(deviceId, now) {
      try {
        return await openCommands(store.reader, deviceId, now);
      } catch (error) {
        // They are sent in its next session, or after the next command.
        log.error({ error: errorText(error) }, 'the commands of a device could not be read');
        return [];
      }
    },
    send: async (deviceId, command, acknowledged) => deps.gateway()?.send(deviceId, command, acknowledged) ?? false,
    async moved(deviceId, commandId, to) {
      try {
        await store.write('moveCommand', { now: clock(), deviceId, commandId, to });
      } catch (error) {
        // Its result still reports what became of it.
        log.error({ error: errorText(error), to }, 'a command’s way could not be stored');
      }
    },
    clock,
  });
  store.onCommitted({
    commanded: (devices) => {
      for (const { deviceId } of devices) void dispatcher.added(deviceId);
    },
  });
  return dispatcher;
}

/** Hourly: records expired commands and deletes old ones, in batches. */
export async function pruneCommands(store: Pick<Store, 'write'>, now: number): Promise<void> {
  for (let more = true; more;) ({ more } = await store.write('pruneCommands', { now }));
}
