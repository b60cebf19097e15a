/** P8: commands to devices, from request to outcome. */
import type { CommandName, RefusalReason } from '../../protocol/api-commands.ts';
import type { CommandResult } from '../../protocol/messages.ts';
import { RollcallError } from '../../protocol/errors.ts';
import { admit, COMMAND_LIFE_MS, COMMANDS_KEPT_MS } from './rules.ts';
import { openCommands } from './rows.ts';
import type { WriteContext } from '../store/commit.ts';
import { deviceOfDomain } from '../devices/rows.ts';
import { domainById, statusOf } from '../domains/rows.ts';
import type { ChangeRequest } from '../store/change-request.ts';
import { changeDevice } from '../devices/operations/devices.ts';

/** Rows ended or deleted per transaction, so that others do not wait long. */
const PIECE = 2000;

interface CommandTarget {
  deviceId: string;
  /** UUID to use if a new command is created. */
  commandId: string;
}

interface Wished {
  name: CommandName;
  args: { tags?: string[] };
}

export interface CommandsInput extends ChangeRequest, Wished {
  /** Groups commands requested for many devices at once; null for a single one. */
  batchId: string | null;
  targets: CommandTarget[];
}

export interface CommandsOutput {
  /** Command ids, new or joined, in the order of their targets. */
  commands: string[];
  refused: { deviceId: string; reason: RefusalReason }[];
}

/**
 * Requests a command for some devices of one domain: each gets a command of its own, joins one waiting for the same, or is refused with a reason.
 * Refuses all with `domain-disabled` (D5).
 */
export async function sendCommands(context: WriteContext, input: CommandsInput): Promise<CommandsOutput> {
  const domain = await domainById(context.tx, input.domainId);
  if (domain === null) throw new RollcallError('not-found');
  if (statusOf(domain, input.now) === 'disabled') throw new RollcallError('domain-disabled');
  const output: CommandsOutput = { commands: [], refused: [] };
  for (const target of input.targets) {
    const made = await sendOne(context, input, target);
    if ('reason' in made) output.refused.push({ deviceId: target.deviceId, reason: made.reason });
    else output.commands.push(made.id);
  }
  if (input.batchId !== null && output.commands.length > 0) {
    audit(context, input, 'device.commands', input.batchId, { devices: output.commands.length });
  }
  return output;
}

function audit(context: WriteContext, input: CommandsInput, action: string, subject: string, more: object): void {
  const { domainId, now: at, actor, address, name, args } = input;
  context.audit({ domainId, at, actor, address, action, subject, details: { command: name, ...args, ...more } });
}

async function sendOne(
  context: WriteContext,
  input: CommandsInput,
  { deviceId, commandId }: CommandTarget,
): Promise<{ id: string } | { reason: RefusalReason }> {
  const { tx } = context;
  const device = await deviceOfDomain(tx, input.domainId, deviceId);
  if (device === null || device.state === 'unenrolled') return { reason: 'not-found' };
  if (device.state === 'pending') return { reason: 'not-enrolled' };
  const args = JSON.stringify(input.args);
  const open = await openCommands(tx, deviceId, input.now);
  const admission = admit({ name: input.name, args }, open);
  if (admission.verdict === 'refused') return admission;
  const joined = admission.verdict === 'joined' ? open.find(({ n }) => n === admission.n) : undefined;
  const n = joined?.n ?? (await insert(context, input, { deviceId, commandId }, args));
  if (input.batchId !== null)
    tx.send('INSERT INTO command_batches (batch_id, command_n) VALUES (?, ?) ON CONFLICT DO NOTHING', input.batchId, n);
  else audit(context, input, 'device.command', deviceId, {});
  // The service owns the tags; the device only receives them.
  if (input.args.tags !== undefined) await setTags(context, input, deviceId, input.args.tags);
  if (joined === undefined) {
    context.commanded(deviceId);
    context.emit(input.domainId, input.now, { type: 'device', data: { deviceId } });
  }
  return { id: joined?.id ?? commandId };
}

async function insert(
  context: WriteContext,
  input: CommandsInput,
  { deviceId, commandId }: CommandTarget,
  args: string,
): Promise<number> {
  return await context.tx.insert(
    'INSERT INTO commands (id, domain_id, device_id, name, args, created_at, expires_at, actor) VALUES (?, ?, ?, ?, ?, ?, ?, ?)',
    commandId,
    input.domainId,
    deviceId,
    input.name,
    args,
    input.now,
    input.now + COMMAND_LIFE_MS,
    input.actor,
  );
}

async function setTags(context: WriteContext, input: CommandsInput, id: string, tags: string[]): Promise<void> {
  const before = await context.tx.get<{ tags: string }>('SELECT tags FROM devices WHERE id = ?', id);
  if (before?.tags !== JSON.stringify(tags)) await changeDevice(context, { ...input, id, label: null, tags });
}

interface CommandMoved {
  now: number;
  deviceId: string;
  commandId: string;
  to: 'sent' | 'delivered';
}

/** Handed to the device's connection, or acknowledged by the device. A command that ended or is already that far does not change. */
export async function moveCommand(context: WriteContext, { now, deviceId, commandId, to }: CommandMoved): Promise<void> {
  const change =
    to === 'sent'
      ? 'sent_at = ?1 WHERE sent_at IS NULL'
      : 'sent_at = coalesce(sent_at, ?1), delivered_at = ?1 WHERE delivered_at IS NULL';
  const moved = await context.tx.get<{ domainId: number }>(
    `UPDATE commands SET ${change} AND id = ?2 AND device_id = ?3 AND outcome IS NULL RETURNING domain_id AS domainId`,
    now,
    commandId,
    deviceId,
  );
  if (moved !== null) context.emit(moved.domainId, now, { type: 'device', data: { deviceId } });
}

/**
 * A command's result from the device. A command of another device, or one that ended before, is ignored; an expired one is updated, because it did
 * happen.
 */
export async function endCommand(
  context: WriteContext,
  input: { now: number; deviceId: string; result: CommandResult },
): Promise<void> {
  const { now, deviceId, result } = input;
  const ended = await context.tx.get<{ domainId: number }>(
    `UPDATE commands SET outcome = ?1, detail = ?2, ended_at = ?3, sent_at = coalesce(sent_at, ?3), delivered_at = coalesce(delivered_at, ?3)
     WHERE id = ?4 AND device_id = ?5 AND (outcome IS NULL OR outcome = 'expired') RETURNING domain_id AS domainId`,
    result.outcome,
    result.detail ?? null,
    now,
    result.commandId,
    deviceId,
  );
  if (ended !== null) context.emit(ended.domainId, now, { type: 'device', data: { deviceId } });
}

/** Records which commands have expired, and deletes those older than 90 days; `more`: work is left. */
export async function pruneCommands(context: WriteContext, { now }: { now: number }): Promise<{ more: boolean }> {
  const { tx } = context;
  const over = await tx.all<{ deviceId: string; domainId: number }>(
    `UPDATE commands SET outcome = 'expired', ended_at = expires_at
     WHERE n IN (SELECT n FROM commands WHERE outcome IS NULL AND expires_at <= ? LIMIT ${PIECE})
     RETURNING device_id AS deviceId, domain_id AS domainId`,
    now,
  );
  for (const { deviceId, domainId } of over) context.emit(domainId, now, { type: 'device', data: { deviceId } });
  const gone = await tx.run(
    `DELETE FROM commands WHERE n IN (SELECT n FROM commands WHERE created_at < ? ORDER BY created_at LIMIT ${PIECE})`,
    now - COMMANDS_KEPT_MS,
  );
  return { more: over.length === PIECE || gone === PIECE };
}
