import * as z from 'zod';
import { RollcallError } from '../../protocol/errors.ts';

/** A cursor is the position after the last row of a page, as base64url JSON. Opaque to clients; each list accepts only its own. */
function encodeCursor(place: unknown): string {
  return Buffer.from(JSON.stringify(place), 'utf8').toString('base64url');
}

/** The position encoded in a cursor; null without one. Refuses with `invalid-request` what this list did not issue. */
export function decodeCursor<Place>(cursor: string | undefined, schema: z.ZodType<Place>): Place | null {
  if (cursor === undefined || cursor === '') return null;
  const parsed = schema.safeParse(parse(cursor));
  if (!parsed.success) throw new RollcallError('invalid-request', { field: 'cursor' });
  return parsed.data;
}

function parse(cursor: string): unknown {
  try {
    return JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8'));
  } catch {
    return undefined;
  }
}

/** Sorts after every string that begins with what precedes it. */
export const END = '\u{10ffff}';

export interface PageRequest {
  cursor?: string | undefined;
  /** Number of rows, 1 to 200. */
  limit: number;
}

/** Splits `rows`, fetched with one more than the limit, into a page and the cursor of the next one. */
export function pageOf<Row>(
  rows: Row[],
  limit: number,
  placeOf: (last: Row) => unknown,
): { items: Row[]; nextCursor: string | null } {
  const items = rows.slice(0, limit);
  const last = items.at(-1);
  return { items, nextCursor: rows.length > limit && last !== undefined ? encodeCursor(placeOf(last)) : null };
}

/** Times leave the store as milliseconds since 1970 and are sent as ISO 8601. */
export function isoTime(at: number): string {
  return new Date(at).toISOString();
}

export function nullableIsoTime(at: number | null): string | null {
  return at === null ? null : isoTime(at);
}
