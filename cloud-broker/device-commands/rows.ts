import type { OpenCommand } from './rules.ts';
import type { WriteContext } from '../store/commit.ts';
import type { Reads } from '../store/tx.ts';

/** A command that has neither ended nor expired. Times in milliseconds since 1970. */
export interface OpenCommandRow extends OpenCommand {
  expiresAt: number;
}

/** A device's open commands, oldest first; at most `MAX_OPEN` (rules.ts). */
export async function openCommands(tx: Reads, deviceId: string, now: number): Promise<OpenCommandRow[]> {
  return await tx.all<OpenCommandRow>(
    `SELECT n, id, name, args, sent_at AS sentAt, expires_at AS expiresAt FROM commands
     WHERE device_id = ? AND outcome IS NULL AND expires_at > ? ORDER BY n`,
    deviceId,
    now,
  );
}

/** D8, E9: an unenrolled device can no longer execute its commands. */
export function endCommands(context: WriteContext, deviceId: string, now: number): void {
  context.tx.send(
    "UPDATE commands SET outcome = 'failed', ended_at = ?, detail = 'unenrolled' WHERE device_id = ? AND outcome IS NULL",
    now,
    deviceId,
  );
}
