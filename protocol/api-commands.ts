import * as z from 'zod';
import { cursor, deviceFilter, limit } from './api.ts';
import { commandTags } from './text.ts';

/** Commands to devices (P8): requested by an admin for one device, several, or all that a filter matches. */

const time = z.iso.datetime();

const commandNames = ['identify', 'refresh', 'set-tags'] as const;
export const commandStates = ['waiting', 'sent', 'delivered', 'done', 'failed', 'expired'] as const;

const wish = {
  name: z.enum(commandNames),
  /** Only for `set-tags`: the tags that the device has from then on. */
  args: z.strictObject({ tags: commandTags.optional() }).optional(),
};
type Wish = z.output<z.ZodObject<typeof wish>>;
const hasItsArgs = ({ name, args }: Wish): boolean => (name === 'set-tags') === (args?.tags !== undefined);
const ARGS = { message: 'set-tags takes args.tags, the others take none', path: ['args'] };

/** POST /devices/:id/commands */
export const commandBody = z.strictObject(wish).refine(hasItsArgs, ARGS);

export const command = z.object({
  id: z.string(),
  name: z.enum(commandNames),
  args: z.object({ tags: z.array(z.string()).optional() }),
  state: z.enum(commandStates),
  createdAt: time,
  expiresAt: time,
  /** Handed to the device's connection. `deliveredAt`: acknowledged by the device. `endedAt`: done, failed or expired. */
  sentAt: time.nullable(),
  deliveredAt: time.nullable(),
  endedAt: time.nullable(),
  /** What the device reported about the outcome. */
  detail: z.string().nullable(),
  by: z.string(),
});
export const commandsQuery = z.object({ cursor, limit });
/** GET /devices/:id/commands, newest first. */
export const commandsPage = z.object({ items: z.array(command), nextCursor: z.string().nullable() });

const MAX_IDS = 1000;

/** POST /commands: to a selection, or to everything that the same filter of GET /devices matches. */
export const commandsBody = z
  .strictObject({ ...wish, ids: z.array(z.string().max(64)).min(1).max(MAX_IDS).optional(), filter: deviceFilter.optional() })
  .refine(hasItsArgs, ARGS)
  .refine(({ ids, filter: all }) => (ids === undefined) !== (all === undefined), 'either ids or filter');

const refusalReasons = ['not-found', 'not-enrolled', 'too-many-waiting'] as const;
/** `refused` names the first 1,000 devices that received none; `refusedCount` counts them all. */
export const commandsMade = z.object({
  batch: z.string(),
  commands: z.int(),
  refused: z.array(z.object({ deviceId: z.string(), reason: z.enum(refusalReasons) })),
  refusedCount: z.int(),
});

/** GET /commands/batches/:id: outcomes by state. */
export const commandBatch = z.object({
  batch: z.string(),
  name: z.enum(commandNames),
  commands: z.int(),
  states: z.record(z.enum(commandStates), z.int().min(0)),
});

export type CommandName = (typeof commandNames)[number];
export type CommandState = (typeof commandStates)[number];
export type RefusalReason = (typeof refusalReasons)[number];
export type Command = z.output<typeof command>;
export type CommandWish = z.output<typeof commandBody>;
export type CommandBatch = z.output<typeof commandBatch>;
