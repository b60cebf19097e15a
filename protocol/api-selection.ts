import * as z from 'zod';
import { device, deviceFilter } from './api.ts';
import { deviceText } from './text.ts';

/** Bulk actions on a selection of devices, and the lookup of a pasted column of serials. */

export const MAX_SELECTED = 1000;
const ids = z.array(z.string().max(64)).min(1).max(MAX_SELECTED);
const someTags = z.array(deviceText(64)).max(32);

/** POST /devices/tags: on a selection, or on everything that the same filter of GET /devices matches. */
export const tagsBody = z
  .strictObject({ ids: ids.optional(), filter: deviceFilter.optional(), add: someTags.default([]), remove: someTags.default([]) })
  .refine(({ ids: some, filter: all }) => (some === undefined) !== (all === undefined), 'either ids or filter')
  .refine(({ add, remove }) => add.length + remove.length > 0, 'nothing to change')
  .refine(({ add, remove }) => !add.some((tag) => remove.includes(tag)), 'a tag is added or removed');

const changeRefusals = ['not-found', 'not-enrolled', 'too-many-tags'] as const;
const refusedOnes = z.array(z.object({ deviceId: z.string(), reason: z.enum(changeRefusals) }));

/** `changed` and `refused` name the first 5,000 and 1,000; the counts are complete. `unchanged` already were so. */
export const tagsMade = z.object({
  changed: z.array(z.string()),
  changedCount: z.int().min(0),
  unchanged: z.int().min(0),
  refused: refusedOnes,
  refusedCount: z.int().min(0),
});

/** POST /devices/unenrol */
export const unenrolBody = z.strictObject({ ids });
export const unenrolMade = z.object({ unenrolled: z.array(z.string()), refused: refusedOnes });

export const MAX_SERIALS = 500;
/** POST /devices/find: serials as pasted; compared trimmed and case-insensitively (E12). */
export const findBody = z.strictObject({ serials: z.array(z.string().max(128)).min(1).max(MAX_SERIALS) });
/** A serial shared by several devices finds all of them. `missing` keeps the order and spelling of the request. */
export const findMade = z.object({ found: z.array(device), missing: z.array(z.string()) });

export type ChangeRefusal = (typeof changeRefusals)[number];
export type TagsMade = z.output<typeof tagsMade>;
export type UnenrolMade = z.output<typeof unenrolMade>;
