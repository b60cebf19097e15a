import * as z from 'zod';
import { cursor, limit } from './api.ts';
import { spreadsheetDamage } from './table-cells.ts';
import type { Columns } from './table-head.ts';
import { asciiText, deviceText, serialKey } from './text.ts';

/** Labels and tags by serial: for enrolled devices, and kept waiting for displays not yet enrolled. */

/** Columns of the device export, in this order. */
export const EXPORT_COLUMNS = [
  'id',
  'serial',
  'label',
  'tags',
  'status',
  'statusSince',
  'model',
  'manufacturer',
  'firmware',
  'os',
  'arch',
  'agentVersion',
  'serialSource',
  'enrolledAt',
  'creditsBrought',
  'lastHeartbeatAt',
] as const;
const IMPORTED: readonly string[] = ['serial', 'label', 'tags'];
/** Columns that a table of labels and tags may have: the export can be imported again; any other column refuses the file. */
export const LABEL_COLUMNS: Columns = {
  required: ['serial'],
  optional: ['label', 'tags'],
  leftOut: EXPORT_COLUMNS.filter((name) => !IMPORTED.includes(name)),
};

export const MAX_IMPORTED = 250;
/** One line; omitted fields are unchanged. */
export const importRow = z
  .strictObject({
    line: z.int().min(1).max(1_000_000),
    serial: asciiText(128).refine((serial) => spreadsheetDamage(serial) !== 'rounded', 'was rounded by a spreadsheet'),
    label: deviceText(64).optional(),
    tags: z.array(deviceText(64)).max(32).optional(),
  })
  .refine(({ label, tags }) => label !== undefined || tags !== undefined, 'neither label nor tags');

/** E12: lines of every serial that appears more than once with different labels or tags: only the author knows which is right. */
export function differingSerials(rows: readonly ImportRow[]): Map<string, number[]> {
  const of = new Map<string, { lines: number[]; contents: Set<string> }>();
  for (const { line, serial, label = null, tags = null } of rows) {
    const same = of.get(serialKey(serial)) ?? { lines: [], contents: new Set() };
    same.lines.push(line);
    same.contents.add(JSON.stringify([label, tags]));
    of.set(serialKey(serial), same);
  }
  return new Map([...of].flatMap(([key, { lines, contents }]) => (contents.size > 1 ? [[key, lines]] : [])));
}

/** POST /devices/import: `preview` changes nothing. */
export const importBody = z.strictObject({
  rows: z
    .array(importRow)
    .min(1)
    .max(MAX_IMPORTED)
    .refine((rows) => differingSerials(rows).size === 0, 'a serial stands there twice with other data'),
  preview: z.boolean().default(false),
});

/** `waits`: no display with this serial is enrolled; it gets them when it enrols. `too-many`: the limit of waiting entries is reached. */
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

/** GET /devices/expected: entries waiting for their display. */
export const expectedQuery = z.object({ cursor, limit });
export const expectedPage = z.object({
  items: z.array(named.extend({ serial: z.string(), uploadedAt: z.iso.datetime() })),
  nextCursor: z.string().nullable(),
  total: z.int().min(0),
});

export type ImportRow = z.output<typeof importRow>;
export type ImportVerdict = (typeof importVerdicts)[number];
export type ImportReport = z.output<typeof importReport>;
