import type { OpenCommand } from '../device-commands/rules.ts';
import type { WriteContext } from './context.ts';
import type { Sql } from './sql.ts';

/** A command that has not ended and is not over. Times in milliseconds since 1970. */
export interface OpenCommandRow extends OpenCommand {
  expiresAt: number;
}

/** A device's open commands, oldest first; at most `MOST_OPEN` (rules.ts). */
export function openCommands(sql: Sql, deviceId: string, now: number): OpenCommandRow[] {
  return sql.all<OpenCommandRow>(
    `SELECT n, id, name, args, sent_at AS sentAt, expires_at AS expiresAt FROM commands
     WHERE device_id = ? AND outcome IS NULL AND expires_at > ? ORDER BY n`,
    deviceId,
    now,
  );
}

/** D8, E9: nobody is left to do what was asked of a device that is enrolled no more. */
export function endCommands(context: WriteContext, deviceId: string, now: number): void {
  context.sql.run(
    "UPDATE commands SET outcome = 'failed', ended_at = ?, detail = 'unenrolled' WHERE device_id = ? AND outcome IS NULL",
    now,
    deviceId,
  );
}
