import * as z from 'zod';
import { commandStates, type CommandName, type CommandState } from '../../protocol/api-commands.ts';
import { stateOf, type CommandTimes } from './rules.ts';
import type { Reads } from '../store/tx.ts';
import { decodeCursor, pageOf, type PageRequest } from '../store/paging.ts';
import { HAS_TAG, type Viewer } from '../devices/queries/devices.ts';

/** A command as the console shows it. Times in milliseconds since 1970. */
export interface CommandView extends CommandTimes {
  n: number;
  id: string;
  name: CommandName;
  /** JSON object. */
  args: string;
  createdAt: number;
  endedAt: number | null;
  detail: string | null;
  actor: string;
}

const COLUMNS = `n, id, name, args, created_at AS createdAt, expires_at AS expiresAt, sent_at AS sentAt, delivered_at AS deliveredAt,
  CASE WHEN outcome IS NULL AND expires_at <= ?1 THEN expires_at ELSE ended_at END AS endedAt, outcome, detail, actor`;

/** A device's commands, newest first. The caller checks access first. */
export async function listCommands(
  tx: Reads,
  { deviceId, now }: { deviceId: string; now: number },
  { cursor, limit }: PageRequest,
): Promise<{ items: CommandView[]; nextCursor: string | null }> {
  const last = decodeCursor(cursor, z.string().max(64));
  const rows = await tx.all<CommandView>(
    `SELECT ${COLUMNS} FROM commands WHERE device_id = ?2 AND (CAST(?3 AS TEXT) IS NULL OR n < (SELECT n FROM commands WHERE id = ?3)) ORDER BY n DESC LIMIT ?4`,
    now,
    deviceId,
    last,
    limit + 1,
  );
  return pageOf(rows, limit, ({ id }) => id);
}

export async function commandView(tx: Reads, deviceId: string, id: string, now: number): Promise<CommandView | null> {
  return await tx.get<CommandView>(`SELECT ${COLUMNS} FROM commands WHERE id = ?2 AND device_id = ?3`, now, id, deviceId);
}

export interface BatchView {
  name: CommandName;
  states: Record<CommandState, number>;
}

/** How many commands of a batch are in each state, among the devices that the viewer may see (A4, D6); null if there are none. */
export async function batchView(tx: Reads, viewer: Viewer, batchId: string, now: number): Promise<BatchView | null> {
  const seen = ['c.domain_id = ?', ...viewer.tags.map(() => HAS_TAG)].join(' AND ');
  const groups = await tx.all<CommandTimes & { name: CommandName; commands: number }>(
    `SELECT c.name, c.outcome, max(c.sent_at) AS sentAt, max(c.delivered_at) AS deliveredAt, max(c.expires_at) AS expiresAt, count(*) AS commands
     FROM command_batches b JOIN commands c ON c.n = b.command_n JOIN devices d ON d.id = c.device_id
     WHERE b.batch_id = ? AND ${seen}
     GROUP BY c.name, c.outcome, c.sent_at IS NULL, c.delivered_at IS NULL, c.expires_at <= ?`,
    batchId,
    viewer.domainId,
    ...viewer.tags,
    now,
  );
  const [first] = groups;
  if (first === undefined) return null;
  const states = Object.fromEntries(commandStates.map((state) => [state, 0])) as Record<CommandState, number>;
  for (const group of groups) states[stateOf(group, now)] += group.commands;
  return { name: first.name, states };
}
