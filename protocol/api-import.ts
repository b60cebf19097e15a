import * as z from 'zod';
import { cursor, limit } from './api.ts';
import { asciiText, deviceText } from './text.ts';

/** Labels and tags by serial: of devices that are here, and of displays still to come, for which they wait. */

export const MOST_IMPORTED = 250;
/** One line: what is left out stays as it is. */
export const importRow = z
  .strictObject({
    line: z.int().min(1).max(1_000_000),
    serial: asciiText(128),
    label: deviceText(64).optional(),
    tags: z.array(deviceText(64)).max(32).optional(),
  })
  .refine(({ label, tags }) => label !== undefined || tags !== undefined, 'neither label nor tags');

/** POST /devices/import: with `preview` nothing is changed. */
export const importBody = z.strictObject({
  rows: z.array(importRow).min(1).max(MOST_IMPORTED),
  preview: z.boolean().default(false),
});

/** `waits`: no display with this serial is here; it gets them when it enrols. `too-many`: as many wait as may. */
const importVerdicts = ['changed', 'unchanged', 'waits', 'too-many'] as const;
const named = z.object({ label: z.string().nullable(), tags: z.array(z.string()).nullable() });
export const importReport = z.object({
  rows: z.array(
    z.object({
      line: z.int(),
      verdict: z.enum(importVerdicts),
      deviceId: z.string().nullable(),
      before: named.nullable(),
    }),
  ),
});

/** GET /devices/expected: what waits for its display. */
export const expectedQuery = z.object({ cursor, limit });
export const expectedPage = z.object({
  items: z.array(named.extend({ serial: z.string(), uploadedAt: z.iso.datetime() })),
  nextCursor: z.string().nullable(),
  total: z.int().min(0),
});

export type ImportRow = z.output<typeof importRow>;
export type ImportVerdict = (typeof importVerdicts)[number];
export type ImportReport = z.output<typeof importReport>;
